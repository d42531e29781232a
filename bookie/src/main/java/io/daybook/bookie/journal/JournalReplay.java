package io.daybook.bookie.journal;

import static io.daybook.bookie.journal.JournalFormat.BLOCK;
import static io.daybook.bookie.journal.JournalFormat.FILE_HEADER;
import static io.daybook.bookie.journal.JournalFormat.GROUP_HEADER;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Disk.Access;
import io.daybook.base.seam.DiskFile;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog.Kind;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.journal.JournalFormat.FileHeader;
import io.daybook.bookie.journal.JournalFormat.GroupHeader;
import io.daybook.bookie.journal.JournalFormat.Mark;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal from its mark on and hands every record over, in order.
 *
 * <p>Tells a torn tail from corruption (R36): bytes that are no valid group are dropped as a torn tail unless a later valid group or idle
 * marker, in that or any later file, states that it was written after they had been synced. After damage the rest is still handed over, so that
 * a bookie in limbo keeps what there is.
 *
 * <p><b>Threads.</b> One loop, on which the visitor is called. Changes nothing on the disk.
 */
public final class JournalReplay {
    private static final int CHUNK = 1 << 20; // bytes read at once; more only for a larger group

    private final JournalConfig config;
    private final Disk disk;
    private final Loop loop;
    private final Visitor visitor;
    private final Promise<Replayed> outcome;
    private final CRC32C crc = new CRC32C();
    private final ArrayDeque<Long> files = new ArrayDeque<>(); // still to be read
    private final TreeSet<Long> damaged = new TreeSet<>();

    private JournalPosition end = new JournalPosition(1, 0); // of the last valid group
    private int salt;
    private long records;
    private @Nullable JournalPosition where; // of the first damage
    private String why = "";

    private @Nullable DiskFile file; // being read
    private long number;
    private long size;
    private long offset; // of the next block to look at
    private int mask;
    private boolean headed; // the file's head was looked at

    private @Nullable ByteBuf chunk; // bytes of the file from chunkStart on
    private long chunkStart;

    private @Nullable GroupHeader group; // whose records are being handed over
    private int recordAt; // in the group
    private int recordIndex;

    private JournalReplay(JournalConfig config, Disk disk, Loop loop, Visitor visitor) {
        this.config = config;
        this.disk = disk;
        this.loop = loop;
        this.visitor = visitor;
        this.outcome = loop.promise();
    }

    /** Takes the records. */
    public interface Visitor {

        /**
         * One record; called on the replay's loop. Takes {@code payload}, empty where the kind has none, over.
         *
         * @return null to go on at once, else replay goes on when it completes, and fails if it fails
         */
        @Nullable
        CompletableFuture<Void> onRecord(
                JournalPosition group, Kind kind, long ledgerId, long entryId, ByteBuf payload);
    }

    /**
     * Reads the journal in {@link JournalConfig#directory}. Completes on {@code loop}; fails with {@link BookieException.Refused} when a newer version
     * wrote it, with the visitor's failure, or with an IOException when the disk cannot be read.
     */
    public static Promise<Replayed> run(JournalConfig config, Disk disk, Loop loop, Visitor visitor) {
        var replay = new JournalReplay(config, disk, loop, visitor);
        loop.run(() -> replay.goOnAfter(JournalContents.look(disk, config.directory(), loop), replay::begin));
        return replay.outcome;
    }

    private void begin(JournalContents contents) {
        Mark mark = contents.mark();
        if (mark != null) {
            salt = mark.salt();
            end = mark.position();
            files.addAll(contents.files().tailSet(end.file()));
            checkAllThere(contents, mark);
        } else {
            files.addAll(contents.files());
            if (!files.isEmpty()) {
                end = new JournalPosition(files.getFirst(), 0);
            }
            if (!contents.isNew()) {
                damage(end, contents.hasMark() ? "the mark is damaged" : "the mark is missing");
            }
        }
        nextFile();
    }

    private void checkAllThere(JournalContents contents, Mark mark) {
        long last = Math.max(
                mark.lastFile(),
                contents.files().isEmpty() ? 0 : contents.files().last());
        for (long each = mark.position().file(); each <= last; each++) {
            if (!contents.files().contains(each)) {
                damage(new JournalPosition(each, 0), "journal file %s is missing".formatted(each));
                return;
            }
        }
    }

    private void nextFile() {
        Long first = files.poll();
        if (first == null) {
            conclude();
            return;
        }
        number = first;
        headed = false;
        goOnAfter(disk.open(Layout.journalFile(config.directory(), number), Access.READ, loop), opened -> {
            file = opened;
            goOnAfter(opened.size(), length -> {
                size = length;
                offset = 0;
                chunkStart = 0;
                advance();
            });
        });
    }

    /** Looks at one block after the other; returns where it must wait. */
    private void advance() {
        while (!outcome.isDone()) {
            if (group != null) {
                if (!handOver(group)) {
                    return;
                }
            } else if (offset + BLOCK > size) {
                if (!headed) {
                    damage(new JournalPosition(number, 0), "file %s has no head".formatted(number));
                }
                endFile();
                return;
            } else if (!available(BLOCK)) {
                return;
            } else if (!headed) {
                readHead();
            } else if (!readGroup()) {
                return;
            }
        }
    }

    private void readHead() {
        FileHeader header = JournalFormat.readFileHeader(bytes(BLOCK), 0);
        if (header != null && !JournalFormat.isReadable(header)) {
            fail(new BookieException.Refused(
                    "journal file %s has format version %s, which this version does not read; start the version that wrote it"
                            .formatted(Layout.journalFile(config.directory(), number), header.version()),
                    null));
            return;
        }
        if (header == null || header.number() != number) {
            damage(new JournalPosition(number, 0), "the head of file %s is damaged".formatted(number));
        } else {
            salt = header.salt();
            if (header.capacity() > size) {
                damage(
                        new JournalPosition(number, size),
                        "file %s has %s bytes where its head promises %s".formatted(number, size, header.capacity()));
            }
        }
        mask = JournalFormat.mask(number, salt);
        headed = true;
        offset = end.file() == number ? Math.max(FILE_HEADER, end.offset()) : FILE_HEADER;
    }

    /** @return false if more of the file must be read first */
    private boolean readGroup() {
        GroupHeader header = JournalFormat.readGroupHeader(bytes(BLOCK), 0, number, mask, crc);
        if (header != null && header.offset() != offset) {
            damage(
                    new JournalPosition(number, offset),
                    "a group of offset %s was found at offset %s of file %s"
                            .formatted(header.offset(), offset, number));
            header = null;
        }
        if (header == null || offset + header.length() > size) {
            offset += BLOCK; // nothing valid starts here; whether anything should, a later group knows
            return true;
        }
        if (!available(header.length())) {
            return false;
        }
        if (header.synced().compareTo(end) > 0) {
            damaged.add(header.synced().file());
            damage(
                    end,
                    "what was written from %s on is lost, yet the group at %s of file %s was written after %s had been synced"
                            .formatted(end, offset, number, header.synced()));
        }
        group = header;
        recordAt = GROUP_HEADER;
        recordIndex = 0;
        return true;
    }

    /** @return false if the visitor wants to be waited for */
    private boolean handOver(GroupHeader header) {
        ByteBuffer bytes = bytes(header.length());
        int bodyEnd = GROUP_HEADER + header.body();
        while (recordIndex < header.records()) {
            int length = JournalFormat.recordLength(
                    bytes, recordAt, bodyEnd, header.firstSequence() + recordIndex, mask, crc);
            if (length < 0) {
                break;
            }
            CompletableFuture<Void> wait = handOver(header, bytes, recordAt, length);
            recordAt += length;
            recordIndex++;
            if (outcome.isDone()) {
                return true;
            }
            if (wait != null && !(wait.isDone() && !wait.isCompletedExceptionally())) {
                goOnAfter(wait, done -> advance());
                return false;
            }
        }
        if (recordIndex == header.records() && recordAt == bodyEnd) {
            end = new JournalPosition(number, offset + header.length());
        }
        offset += header.length();
        group = null;
        return true;
    }

    private @Nullable CompletableFuture<Void> handOver(GroupHeader header, ByteBuffer bytes, int at, int length) {
        Kind kind = JournalFormat.recordKind(bytes, at);
        ByteBuf source = chunk;
        if (kind == null || source == null) {
            fail(new BookieException.Refused(
                    "journal file %s has a record at %s of a kind that this version does not know; start the version that wrote it"
                            .formatted(Layout.journalFile(config.directory(), number), offset + at),
                    null));
            return null;
        }
        records++;
        int payloadAt = (int) (offset - chunkStart) + at + JournalFormat.RECORD_HEADER;
        ByteBuf payload = source.retainedSlice(payloadAt, length - JournalFormat.RECORD_HEADER);
        return visitor.onRecord(
                new JournalPosition(number, header.offset()),
                kind,
                JournalFormat.recordLedger(bytes, at),
                JournalFormat.recordEntry(bytes, at),
                payload);
    }

    private void endFile() {
        DiskFile done = file;
        file = null;
        dropChunk();
        if (done != null) {
            goOnAfter(done.close(), closed -> nextFile());
        }
    }

    private void conclude() {
        JournalPosition first = where;
        outcome.complete(
                first == null
                        ? new Replayed.Clean(end, records, salt)
                        : new Replayed.Corrupt(
                                end,
                                records,
                                salt,
                                List.copyOf(damaged),
                                first,
                                "journal %s: %s".formatted(config.directory(), why)));
    }

    /** Only the first damage is told; all damaged files are kept. */
    private void damage(JournalPosition at, String sentence) {
        damaged.add(at.file());
        if (where == null) {
            where = at;
            why = sentence;
        }
    }

    // ---- bytes of the file

    /** True if {@code length} bytes from the current offset on are in the chunk; else they are read, and {@link #advance} called then. */
    private boolean available(int length) {
        ByteBuf current = chunk;
        if (current != null && offset >= chunkStart && offset + length <= chunkStart + current.readableBytes()) {
            return true;
        }
        dropChunk();
        int wanted = (int) Math.min(Math.max(CHUNK, length), size - offset);
        ByteBuf fresh = Unpooled.wrappedBuffer(new byte[wanted]).clear(); // not pooled: records may be kept for long
        DiskFile source = file;
        if (source == null) {
            throw new IllegalStateException("no journal file is open");
        }
        chunkStart = offset;
        source.read(offset, wanted, fresh).whenComplete((count, failure) -> {
            if (failure != null || count < wanted) {
                fresh.release();
                fail(failure != null ? failure : new EOFException(source.path() + " became shorter while it was read"));
            } else {
                chunk = fresh;
                loop.execute(this::advance);
            }
        });
        return false;
    }

    private ByteBuffer bytes(int length) {
        ByteBuf current = chunk;
        if (current == null) {
            throw new IllegalStateException("nothing of journal file %s is in memory".formatted(number));
        }
        return current.nioBuffer((int) (offset - chunkStart), length);
    }

    private void dropChunk() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }

    // ---- steps

    private interface Step<T> {
        void with(T value);
    }

    /** Goes on in a task of its own, so that a long journal needs no deep stack. */
    private <T> void goOnAfter(CompletableFuture<T> before, Step<T> step) {
        before.whenComplete((value, failure) -> {
            if (failure != null) {
                loop.execute(() -> fail(failure));
            } else {
                loop.execute(() -> step.with(value));
            }
        });
    }

    private void fail(Throwable failure) {
        if (outcome.isDone()) {
            return;
        }
        dropChunk();
        DiskFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
        outcome.completeExceptionally(Futures.cause(failure));
    }
}
