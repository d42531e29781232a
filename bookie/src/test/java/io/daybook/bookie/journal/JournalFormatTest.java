package io.daybook.bookie.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Loop;
import io.daybook.bookie.DurableLog.Kind;
import io.daybook.bookie.journal.JournalFormat.FileHeader;
import io.daybook.bookie.journal.JournalFormat.GroupHeader;
import io.daybook.bookie.journal.JournalFormat.Mark;
import io.daybook.sim.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class JournalFormatTest {
    private static final int SALT = 0x5A17C0DE;
    private static final String GOLDEN_GROUP = "44424a478e162ec2000000000000000100000000000010000000000000000001"
            + "0000002000000000000000000000000100000000000000000000000000000000"
            + "27d8cf660000000000000003000000000000000000000007ffffffffffffffff";
    private static final String GOLDEN_MARK = "44424a4d1bb0d770000000015a17c0de00000000000000020000000000000003"
            + "0000000000002000000000000000000400000000000000000000000000000000";
    private static final String GOLDEN_HEAD = "44424a460a78f289000000010000100000000000000000070000000000100000"
            + "5a17c0de00000000000000000000000000000000000000000000000000000000";

    private final CRC32C crc = new CRC32C();

    /** The example of docs/formats/journal.md. */
    @Test
    void aGroupHasTheBytesOfTheDocument() {
        Loop loop = new SimWorld(1).node("b1").loop("caller");
        var buffer = new GroupBuffer(64 << 10);
        int mask = JournalFormat.mask(1, SALT);

        buffer.add(new PendingAppend(Kind.FENCE, 7, -1, null, loop, failure -> {}), 0, mask);
        ByteBuf bytes = buffer.seal(new JournalPosition(1, 4096), 0, new JournalPosition(1, 0), mask);

        assertThat(mask).isEqualTo(0xC420B96F);
        assertThat(bytes.readableBytes()).isEqualTo(4096);
        assertThat(ByteBufUtil.hexDump(bytes, 0, 96)).isEqualTo(GOLDEN_GROUP);
        assertThat(ByteBufUtil.hexDump(bytes, 96, 4000)).matches("0*");
        bytes.release();
    }

    @Test
    void aMarkHasTheBytesOfTheDocument() {
        ByteBuffer slot = ByteBuffer.allocate(4096);

        JournalFormat.putMark(slot, new Mark(2, new JournalPosition(3, 8192), 4, SALT));

        assertThat(ByteBufUtil.hexDump(slot.array(), 0, 64)).isEqualTo(GOLDEN_MARK);
        assertThat(JournalFormat.readMark(slot.flip(), 0))
                .isEqualTo(new Mark(2, new JournalPosition(3, 8192), 4, SALT));
    }

    @Test
    void aFileHeadHasTheBytesOfTheDocument() {
        ByteBuffer head = ByteBuffer.allocate(4096);

        JournalFormat.putFileHeader(head, JournalFormat.fileHeader(7, 1 << 20, SALT));

        assertThat(ByteBufUtil.hexDump(head.array(), 0, 64)).isEqualTo(GOLDEN_HEAD);
        assertThat(JournalFormat.readFileHeader(head.flip(), 0)).isEqualTo(new FileHeader(1, 7, 1 << 20, SALT));
    }

    @Test
    void numbersOfFilesThatAreNearHaveDifferentMasks() {
        var masks = new TreeSet<Integer>();
        for (int number = 1; number <= 100_000; number++) {
            masks.add(JournalFormat.mask(number, SALT));
        }

        assertThat(masks).hasSize(100_000);
    }

    @Property(tries = 300)
    void whatIsPutIsRead(
            @ForAll @LongRange(min = 1) long number,
            @ForAll int salt,
            @ForAll @IntRange(max = 20_000) int length,
            @ForAll @IntRange(min = 0) int sequence,
            @ForAll long ledger,
            @ForAll long entry) {
        Loop loop = new SimWorld(1).node("b1").loop("caller");
        var buffer = new GroupBuffer(4096);
        int mask = JournalFormat.mask(number, salt);
        var at = new JournalPosition(number, 8192);
        ByteBuf payload = Unpooled.buffer().writeZero(length);

        var append = new PendingAppend(Kind.ENTRY, ledger, entry, payload, loop, failure -> {});
        buffer.add(append, sequence, mask);
        append.releasePayload();
        ByteBuf group = buffer.seal(at, sequence, at, mask);
        ByteBuffer bytes = group.nioBuffer();
        GroupHeader header = JournalFormat.readGroupHeader(bytes, 0, number, mask, crc);

        assertThat(payload.refCnt()).isZero();
        assertThat(header)
                .isEqualTo(new GroupHeader(number, 8192, sequence, 1, length + JournalFormat.RECORD_HEADER, at));
        assertThat(header.length()).isEqualTo(bytes.remaining());
        assertThat(JournalFormat.recordLength(bytes, 64, 64 + header.body(), sequence, mask, crc))
                .isEqualTo(length + JournalFormat.RECORD_HEADER);
        assertThat(JournalFormat.recordKind(bytes, 64)).isEqualTo(Kind.ENTRY);
        assertThat(JournalFormat.recordLedger(bytes, 64)).isEqualTo(ledger);
        assertThat(JournalFormat.recordEntry(bytes, 64)).isEqualTo(entry);
        assertThat(JournalFormat.readGroupHeader(bytes, 0, number, JournalFormat.mask(number + 1, salt), crc))
                .as("as stale bytes of a recycled file")
                .isNull();
        group.release();
    }

    @Test
    void lengthsThatMakeNoSenseAreNoGroup() {
        int mask = JournalFormat.mask(1, SALT);
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        var at = new JournalPosition(1, 4096);
        for (int body : new int[] {-1, 31, JournalFormat.BODY_MAX + 1, Integer.MAX_VALUE}) {
            JournalFormat.putGroupHeader(bytes, 0, new GroupHeader(1, 4096, 0, 1, body, at), mask, crc);

            assertThat(JournalFormat.readGroupHeader(bytes, 0, 1, mask, crc))
                    .as("body of %s", body)
                    .isNull();
        }
    }

    @Test
    void aRecordCannotReachBeyondItsGroup() {
        int mask = JournalFormat.mask(1, SALT);
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        JournalFormat.putRecordHeader(bytes, 64, 500, Kind.ENTRY, 0, 1, 1, mask, crc);

        assertThat(JournalFormat.recordLength(bytes, 64, 64 + 532, 0, mask, crc))
                .isEqualTo(532);
        assertThat(JournalFormat.recordLength(bytes, 64, 64 + 531, 0, mask, crc))
                .isNegative();
        assertThat(JournalFormat.recordLength(bytes, 64, 64 + 31, 0, mask, crc)).isNegative();
        bytes.putInt(68, Integer.MAX_VALUE);
        assertThat(JournalFormat.recordLength(bytes, 64, 4096, 0, mask, crc)).isNegative();
        bytes.putInt(68, -5);
        assertThat(JournalFormat.recordLength(bytes, 64, 4096, 0, mask, crc)).isNegative();
    }

    @Test
    void aRecordInAnothersPlaceIsNotValid() {
        int mask = JournalFormat.mask(1, SALT);
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        JournalFormat.putRecordHeader(bytes, 64, 0, Kind.ENTRY, 3, 1, 1, mask, crc);

        assertThat(JournalFormat.recordLength(bytes, 64, 4096, 3, mask, crc)).isEqualTo(32);
        assertThat(JournalFormat.recordLength(bytes, 64, 4096, 4, mask, crc)).isNegative();
    }
}
