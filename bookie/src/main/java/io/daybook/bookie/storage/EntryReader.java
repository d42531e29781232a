package io.daybook.bookie.storage;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.DiskFile;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.entrylog.EntryLog;
import io.daybook.bookie.entrylog.EntryLogFormat;
import io.daybook.bookie.entrylog.LedgerNote;
import io.daybook.bookie.entrylog.Run;
import io.daybook.bookie.index.StoreIndex;
import io.daybook.bookie.index.Stretch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.EOFException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks up and fetches what is on disk, on one read loop, which may block. Results go back to the loop that asked.
 *
 * <p>A block that fails its checks, a file that is missing or short, an index that cannot be read: each is damage, never absence (R27, R29).
 */
final class EntryReader {
    private static final int OPEN_FILES_MAX = 128;

    /** Larger reads go around the page cache: they cost half the processor time, and what is read in order is read once. */
    private static final int DIRECT_BYTES_MIN = 256 << 10;

    private record OpenFile(long number, boolean direct) {}

    private final Loop loop;
    private final Disk disk;
    private final EntryLog entryLog;
    private final StoreIndex index;
    private final ByteBufAllocator buffers;
    private boolean closed;
    private final LinkedHashMap<OpenFile, Promise<DiskFile>> open =
            new LinkedHashMap<>(16, 0.75f, true); // least used first

    EntryReader(Loop loop, Disk disk, EntryLog entryLog, StoreIndex index, ByteBufAllocator buffers) {
        this.loop = loop;
        this.disk = disk;
        this.entryLog = entryLog;
        this.index = index;
        this.buffers = buffers;
    }

    /**
     * What a fetch found: a segment with the entry, which the receiver owns; or why it is damaged; or, with neither, that no file has the entry.
     */
    record Fetched(@Nullable Segment segment, @Nullable String damage) {
        static final Fetched MISSING = new Fetched(null, null);
    }

    /**
     * Fetches an entry and about {@code bytesMax} of what follows up to {@code lastWanted}; {@code receiver} is told on {@code caller}. Safe from any loop.
     */
    void fetch(long ledgerId, long entryId, long lastWanted, long bytesMax, Loop caller, Consumer<Fetched> receiver) {
        loop.execute(() -> {
            Stretch stretch;
            try {
                checkOpen();
                stretch = index.findStretch(ledgerId, entryId, lastWanted, bytesMax);
            } catch (BookieException.Damaged damaged) {
                caller.execute(() -> receiver.accept(damage(damaged)));
                return;
            }
            if (stretch == null) {
                caller.execute(() -> receiver.accept(Fetched.MISSING));
                return;
            }
            read(ledgerId, entryId, stretch, fetched -> caller.execute(() -> receiver.accept(fetched)));
        });
    }

    /** The index row of a ledger. */
    void ledger(long ledgerId, Loop caller, Consumer<Lookup<@Nullable LedgerNote>> receiver) {
        ask(() -> index.ledger(ledgerId), caller, receiver);
    }

    /** Ids of all entries of a ledger that are in files, ascending. */
    void entries(long ledgerId, Loop caller, Consumer<Lookup<long[]>> receiver) {
        ask(() -> index.entries(ledgerId), caller, receiver);
    }

    /** An answer of the index, or why it has none. */
    record Lookup<T extends @Nullable Object>(@Nullable T value, BookieException.@Nullable Damaged failure) {}

    private <T extends @Nullable Object> void ask(Supplier<T> question, Loop caller, Consumer<Lookup<T>> receiver) {
        loop.execute(() -> {
            Lookup<T> answer;
            try {
                checkOpen();
                answer = new Lookup<>(question.get(), null);
            } catch (BookieException.Damaged damaged) {
                answer = new Lookup<>(null, damaged);
            }
            Lookup<T> given = answer;
            caller.execute(() -> receiver.accept(given));
        });
    }

    private void read(long ledgerId, long entryId, Stretch stretch, Consumer<Fetched> receiver) {
        boolean direct = stretch.length() >= DIRECT_BYTES_MIN;
        OpenFile key = new OpenFile(stretch.file(), direct);
        Promise<DiskFile> opening = open.get(key);
        if (opening == null) {
            Disk.Access access = direct ? Disk.Access.READ_DIRECT : Disk.Access.READ;
            opening = disk.open(entryLog.path(stretch.file()), access, loop);
            open.put(key, opening);
            closeOldest();
        }
        Promise<DiskFile> opened = opening;
        Futures.whenDone(opened, loop, (file, failure) -> {
            if (file == null || closed) {
                open.remove(key, opened);
                receiver.accept(damage(failure));
            } else {
                read(ledgerId, entryId, stretch, file, () -> reopenLater(key, opened, file), receiver);
            }
        });
    }

    /** Reads the blocks of {@code stretch}; around the page cache in whole blocks of the device, into memory that begins with one. */
    private void read(
            long ledgerId,
            long entryId,
            Stretch stretch,
            DiskFile file,
            Runnable onFailure,
            Consumer<Fetched> receiver) {
        int unit = file.alignment();
        long from = stretch.offset() / unit * unit;
        int skipped = (int) (stretch.offset() - from);
        int needed = skipped + stretch.length();
        int length = (needed + unit - 1) / unit * unit;
        ByteBuf bytes = buffers.buffer(length + unit);
        int start = unit > 1 && bytes.hasMemoryAddress() ? (int) -bytes.memoryAddress() & (unit - 1) : 0;
        bytes.setIndex(start, start);
        Futures.whenDone(file.read(from, length, bytes), loop, (count, readFailure) -> {
            if (count == null || count < needed) {
                bytes.release();
                onFailure.run();
                receiver.accept(damage(
                        readFailure != null
                                ? readFailure
                                : new EOFException("%s ends at %d, but %d bytes from %d should be there"
                                        .formatted(
                                                file.path(),
                                                from + (count == null ? 0 : count),
                                                stretch.length(),
                                                stretch.offset()))));
            } else {
                receiver.accept(parse(ledgerId, entryId, stretch, bytes, start + skipped));
            }
        });
    }

    private void reopenLater(OpenFile key, Promise<DiskFile> opened, DiskFile file) {
        if (open.remove(key, opened)) {
            file.close();
        }
    }

    private void closeOldest() {
        if (open.size() > OPEN_FILES_MAX) {
            Iterator<Promise<DiskFile>> oldest = open.values().iterator();
            Promise<DiskFile> closing = oldest.next();
            oldest.remove();
            closing.thenAccept(DiskFile::close); // after the reads that were asked before
        }
    }

    /** The index may be closed when this is. */
    private void checkOpen() {
        if (closed) {
            throw new BookieException.Damaged("the store is closed", null);
        }
    }

    /** Closes all files and reads nothing any more. Called on the loop. */
    void close() {
        closed = true;
        for (Promise<DiskFile> opened : open.values()) {
            opened.thenAccept(DiskFile::close);
        }
        open.clear();
    }

    /** Checks each block, of which the first stands at index {@code start}, and finds the entries in it; takes {@code bytes} over. */
    private static Fetched parse(long ledgerId, long entryId, Stretch stretch, ByteBuf bytes, int start) {
        int count = 0;
        for (Run run : stretch.runs()) {
            count += run.ids().count();
        }
        long[] ids = new long[count];
        long[] places = new long[count];
        int found = 0;
        String problem = null;
        for (Run run : stretch.runs()) {
            int at = start + (int) (run.blockOffset() - stretch.offset());
            problem = EntryLogFormat.problem(bytes, at, run.file(), run.blockOffset());
            if (problem != null) {
                break; // what came before is good
            }
            int record = at + run.position();
            for (int i = 0; i < run.ids().count(); i++) {
                if (!EntryLogFormat.isEntryOf(bytes, record, ledgerId)) {
                    problem =
                            "the index names %d entries of ledger %d in the block at %d of entry-log file %d, but %d are there"
                                    .formatted(run.ids().count(), ledgerId, run.blockOffset(), run.file(), i);
                    break;
                }
                int length = EntryLogFormat.recordLength(bytes, record);
                long id = EntryLogFormat.recordEntry(bytes, record);
                if (id >= stretch.firstEntry() && id <= stretch.lastEntry()) {
                    ids[found] = id;
                    places[found++] = (long) (record + EntryLogFormat.RECORD_HEADER_BYTES) << 32 | length;
                }
                record += EntryLogFormat.RECORD_HEADER_BYTES + length;
            }
        }
        int at = Arrays.binarySearch(ids, 0, found, entryId);
        if (at < 0) {
            bytes.release();
            return new Fetched(
                    null,
                    problem != null
                            ? problem
                            : "the index names entry %d of ledger %d in entry-log file %d, where it is not"
                                    .formatted(entryId, ledgerId, stretch.file()));
        }
        return new Fetched(new Segment(ledgerId, Arrays.copyOf(ids, found), Arrays.copyOf(places, found), bytes), null);
    }

    private static Fetched damage(@Nullable Throwable failure) {
        return new Fetched(null, failure == null ? "unknown failure" : String.valueOf(failure.getMessage()));
    }
}
