package io.daybook.bookie.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.bookie.StoredLedger;
import io.daybook.bookie.entrylog.EntryIds;
import io.daybook.bookie.entrylog.FileContents;
import io.daybook.bookie.entrylog.LedgerNote;
import io.daybook.bookie.entrylog.Run;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RowIndexTest {

    /** The worked example of docs/formats/index.md. */
    @Test
    void writesTheRowsOfTheWorkedExample() {
        HeapRows rows = new HeapRows();
        LedgerNote note = LedgerNote.of(7, new StoredLedger(new byte[] {9}, true, false, null, -1, -1))
                .withIds(2, 1);
        Run run = new Run(7, EntryIds.of(new long[] {0, 2}, 2), 5, 0, 128, 79, 42);

        new RowIndex(rows).publish(new FileContents(5, true, List.of(note), List.of(run)));

        StringBuilder all = new StringBuilder();
        Rows.Cursor cursor = rows.cursor();
        for (cursor.seek(new byte[0]); cursor.valid(); cursor.next()) {
            all.append(ByteBufUtil.hexDump(cursor.key()))
                    .append(' ')
                    .append(ByteBufUtil.hexDump(cursor.value()))
                    .append('\n');
        }
        assertThat(all.toString())
                .isEqualTo("460000000000000005 01\n"
                        + "4c0000000000000007 16010900000000000000020000000000000001\n"
                        + "52000000000000000700000000000000000000000000000005 000080014f2a000501\n");
    }
}
