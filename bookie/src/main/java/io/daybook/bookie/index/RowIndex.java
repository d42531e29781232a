package io.daybook.bookie.index;

import io.daybook.base.error.Check;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.entrylog.EntryIds;
import io.daybook.bookie.entrylog.FileContents;
import io.daybook.bookie.entrylog.LedgerNote;
import io.daybook.bookie.entrylog.MalformedLogException;
import io.daybook.bookie.entrylog.Run;
import io.daybook.bookie.entrylog.Varint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Both indexes over sorted rows: one per file, one per ledger, one per run.
 *
 * <p>Runs of different files can overlap, since entries are written again by a replay or a recovery. Each run's row therefore tells its <em>floor</em>:
 * the smallest first entry of all runs that reach over its own first entry. A look-up goes to the last run that starts at or before the entry,
 * and back to that run's floor, which without overlap is the same row.
 */
final class RowIndex implements StoreIndex {
    private static final byte FILE = 'F';
    private static final byte LEDGER = 'L';
    private static final byte RUN = 'R';
    private static final int RUN_KEY_BYTES = 25;
    private static final int REMOVALS_MAX = 10_000;

    private final Rows rows;

    RowIndex(Rows rows) {
        this.rows = rows;
    }

    /** A run as its row tells it. */
    private record Row(Run run, long floor) {}

    @Override
    public @Nullable Run find(long ledgerId, long entryId) {
        try (Rows.Cursor cursor = rows.cursor()) {
            Winner found = newest(cursor, ledgerId, entryId);
            return found == null ? null : found.run();
        }
    }

    /** The run that counts for an entry; only its entries from {@code first} to {@code last} are known to count as well. */
    private record Winner(Run run, long first, long last) {}

    private static @Nullable Winner newest(Rows.Cursor cursor, long ledgerId, long entryId) {
        cursor.seekBack(runKey(ledgerId, entryId, Long.MAX_VALUE));
        if (!isRunOf(cursor, ledgerId)) {
            return null;
        }
        Row nearest = row(cursor);
        Run best = null;
        long newestReaching = -1;
        for (Row row = nearest; row.run().ids().first() >= nearest.floor(); row = row(cursor)) {
            Run run = row.run();
            if (run.ids().last() > entryId) {
                newestReaching = Math.max(newestReaching, run.file());
            }
            if ((best == null || run.file() > best.file()) && run.ids().contains(entryId)) {
                best = run;
            }
            cursor.previous();
            if (!isRunOf(cursor, ledgerId)) {
                break;
            }
        }
        if (best == null) {
            return null;
        }
        boolean alone = best == nearest.run() && nearest.floor() == best.ids().first();
        return new Winner(
                best, alone ? best.ids().first() : entryId, newestReaching > best.file() ? entryId : Long.MAX_VALUE);
    }

    @Override
    public @Nullable Stretch findStretch(long ledgerId, long entryId, long lastWanted, long bytesMax) {
        try (Rows.Cursor cursor = rows.cursor()) {
            Winner start = newest(cursor, ledgerId, entryId);
            if (start == null) {
                return null;
            }
            List<Run> runs = new ArrayList<>();
            runs.add(start.run());
            Run last = start.run();
            long file = last.file();
            long length = last.blockLength();
            long lastEntry = start.last();
            for (cursor.seek(runKey(ledgerId, entryId, Long.MAX_VALUE));
                    lastEntry > entryId && isRunOf(cursor, ledgerId);
                    cursor.next()) {
                Run next = row(cursor).run();
                if (next.ids().first() > Math.max(lastWanted, last.ids().last())) {
                    break; // nor can a later one overlap what is taken
                }
                if (next.file() > file) {
                    lastEntry = Math.max(entryId, next.ids().first() - 1);
                    break;
                } else if (next.file() == file) {
                    length += next.blockLength();
                    if (next.blockOffset() != last.blockEnd() || length > bytesMax) {
                        break;
                    }
                    runs.add(next);
                    last = next;
                } else if (next.ids().first() > last.ids().last()) {
                    break; // the ledger goes on in another file
                }
            }
            return new Stretch(
                    runs, start.first(), Math.min(lastEntry, last.ids().last()));
        }
    }

    @Override
    public long[] entries(long ledgerId) {
        long[] ids = new long[64];
        int count = 0;
        boolean ascending = true;
        try (Rows.Cursor cursor = rows.cursor()) {
            for (cursor.seek(runKey(ledgerId, 0, 0)); isRunOf(cursor, ledgerId); cursor.next()) {
                EntryIds run = row(cursor).run().ids();
                if (count + run.count() > ids.length) {
                    ids = Arrays.copyOf(ids, Math.max(ids.length * 2, count + run.count()));
                }
                ascending &= count == 0 || run.first() > ids[count - 1];
                long[] all = ids;
                int[] at = {count};
                run.forEach(id -> all[at[0]++] = id);
                count = at[0];
            }
        }
        ids = Arrays.copyOf(ids, count);
        return ascending ? ids : Arrays.stream(ids).sorted().distinct().toArray();
    }

    @Override
    public @Nullable LedgerNote ledger(long ledgerId) {
        byte[] value = rows.get(ledgerKey(ledgerId));
        return value == null ? null : note(ledgerId, value);
    }

    @Override
    public long[] files() {
        List<Long> files = new ArrayList<>();
        eachFile((number, complete) -> files.add(number));
        return files.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public long lastIncomplete() {
        long[] last = {0};
        eachFile((number, complete) -> last[0] = complete ? last[0] : number);
        return last[0];
    }

    private void eachFile(FileReceiver receiver) {
        try (Rows.Cursor cursor = rows.cursor()) {
            for (cursor.seek(new byte[] {FILE}); cursor.valid() && cursor.key()[0] == FILE; cursor.next()) {
                receiver.accept(ByteBuffer.wrap(cursor.key()).getLong(1), cursor.value()[0] == 1);
            }
        }
    }

    private interface FileReceiver {
        void accept(long number, boolean complete);
    }

    @Override
    public void publish(FileContents contents) {
        List<Rows.Change> changes = new ArrayList<>();
        TreeMap<Long, LedgerNote> ledgers = new TreeMap<>();
        for (LedgerNote note : contents.notes()) {
            ledgers.merge(note.ledgerId(), note, LedgerNote::then);
        }
        for (Run run : contents.runs()) { // a damaged file may have lost the note, not the entries
            ledgers.merge(
                    run.ledgerId(),
                    LedgerNote.nothing(run.ledgerId()).withIds(run.ids().last(), -1),
                    LedgerNote::then);
        }
        TreeMap<Long, Long> lastBefore = new TreeMap<>();
        for (LedgerNote note : ledgers.values()) {
            LedgerNote before = note.forgotten() ? null : ledger(note.ledgerId());
            if (note.forgotten()) {
                removeRuns(note.ledgerId());
            }
            lastBefore.put(note.ledgerId(), before == null ? -1 : before.lastEntry());
            LedgerNote after = before == null ? note : before.then(note);
            byte[] value = value(after.withoutForgotten());
            changes.add(new Rows.Change(
                    ledgerKey(note.ledgerId()), after.withoutForgotten().isEmpty() ? null : value));
        }
        try (Rows.Cursor cursor = rows.cursor()) {
            for (Run run : contents.runs()) {
                Long before = lastBefore.get(run.ledgerId());
                boolean alone = before != null && run.ids().first() > before;
                long floor = alone ? run.ids().first() : makeRoom(cursor, run, changes);
                changes.add(new Rows.Change(
                        runKey(run.ledgerId(), run.ids().first(), run.file()), value(new Row(run, floor))));
            }
        }
        changes.add(new Rows.Change(fileKey(contents.file()), new byte[] {(byte) (contents.complete() ? 1 : 0)}));
        rows.write(changes);
    }

    /** Lowers the floors of the runs that start inside {@code run}; returns its own floor. */
    private static long makeRoom(Rows.Cursor cursor, Run run, List<Rows.Change> changes) {
        long ledgerId = run.ledgerId();
        long first = run.ids().first();
        long floor = first;
        long before = Long.MIN_VALUE;
        for (cursor.seekBack(runKey(ledgerId, first, Long.MAX_VALUE)); isRunOf(cursor, ledgerId); cursor.previous()) {
            Row row = row(cursor);
            if (before == Long.MIN_VALUE) {
                before = row.floor();
            } else if (row.run().ids().first() < before) {
                break;
            }
            if (row.run().ids().last() >= first) {
                floor = Math.min(floor, row.run().ids().first());
            }
        }
        for (cursor.seek(runKey(ledgerId, first, Long.MAX_VALUE)); isRunOf(cursor, ledgerId); cursor.next()) {
            Row row = row(cursor);
            if (row.run().ids().first() > run.ids().last()) {
                break;
            }
            if (row.floor() > first) {
                changes.add(new Rows.Change(cursor.key(), value(new Row(row.run(), first))));
            }
        }
        return floor;
    }

    /** In steps, so that a large ledger needs no large batch; whoever crashes in between does it again. */
    private void removeRuns(long ledgerId) {
        List<Rows.Change> removals = new ArrayList<>();
        try (Rows.Cursor cursor = rows.cursor()) {
            for (cursor.seek(runKey(ledgerId, 0, 0)); isRunOf(cursor, ledgerId); cursor.next()) {
                removals.add(new Rows.Change(cursor.key(), null));
                if (removals.size() == REMOVALS_MAX) {
                    rows.write(removals);
                    removals.clear();
                }
            }
        }
        rows.write(removals);
    }

    @Override
    public void clear() {
        rows.clear();
    }

    @Override
    public void close() {
        rows.close();
    }

    // ---- rows as bytes

    private static byte[] fileKey(long number) {
        return ByteBuffer.allocate(9).put(FILE).putLong(number).array();
    }

    private static byte[] ledgerKey(long ledgerId) {
        return ByteBuffer.allocate(9).put(LEDGER).putLong(ledgerId).array();
    }

    private static byte[] runKey(long ledgerId, long first, long file) {
        return ByteBuffer.allocate(RUN_KEY_BYTES)
                .put(RUN)
                .putLong(ledgerId)
                .putLong(first)
                .putLong(file)
                .array();
    }

    private static boolean isRunOf(Rows.Cursor cursor, long ledgerId) {
        if (!cursor.valid()) {
            return false;
        }
        byte[] key = cursor.key();
        return key[0] == RUN && ByteBuffer.wrap(key).getLong(1) == ledgerId;
    }

    /** {@code first−floor blockOffset blockLength position bytes ids}; ledger and file stand in the key. */
    private static byte[] value(Row row) {
        Run run = row.run();
        ByteBuf value = Unpooled.buffer(32);
        Varint.write(value, run.ids().first() - row.floor());
        Varint.write(value, run.blockOffset());
        Varint.write(value, run.blockLength());
        Varint.write(value, run.position());
        Varint.write(value, run.bytes());
        run.ids().writeTo(value);
        return Arrays.copyOf(value.array(), value.writerIndex());
    }

    private static Row row(Rows.Cursor cursor) {
        ByteBuffer key = ByteBuffer.wrap(cursor.key());
        ByteBuf value = Unpooled.wrappedBuffer(cursor.value());
        try {
            long belowFirst = Varint.read(value);
            long blockOffset = Varint.read(value);
            int blockLength = Varint.readInt(value, Integer.MAX_VALUE);
            int position = Varint.readInt(value, Integer.MAX_VALUE);
            int bytes = Varint.readInt(value, Integer.MAX_VALUE);
            EntryIds ids = EntryIds.readFrom(value);
            Run run = new Run(key.getLong(1), ids, key.getLong(17), blockOffset, blockLength, position, bytes);
            Check.state(ids.first() == key.getLong(9), "an index row is stored under the key of another");
            return new Row(run, ids.first() - belowFirst);
        } catch (MalformedLogException failure) {
            throw new BookieException.Damaged("a row of the index is malformed: " + failure.getMessage(), failure);
        }
    }

    private static byte[] value(LedgerNote note) {
        ByteBuf value = Unpooled.buffer(64);
        note.writeTo(value);
        return Arrays.copyOf(value.array(), value.writerIndex());
    }

    private static LedgerNote note(long ledgerId, byte[] value) {
        try {
            return LedgerNote.readFrom(ledgerId, Unpooled.wrappedBuffer(value));
        } catch (MalformedLogException failure) {
            throw new BookieException.Damaged(
                    "the index row of ledger %d is malformed: %s".formatted(ledgerId, failure.getMessage()), failure);
        }
    }
}
