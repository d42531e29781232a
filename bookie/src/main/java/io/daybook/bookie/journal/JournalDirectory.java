package io.daybook.bookie.journal;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Disk.Access;
import io.daybook.base.seam.DiskFile;
import io.daybook.base.seam.Entropy;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.disk.Pace;
import io.daybook.bookie.journal.JournalFormat.Mark;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The files of one journal: makes the next one ready before it is needed, moves the mark, and recycles what lies below it.
 *
 * <p>A file is written full of zeros once; after its release it becomes a later file: new header, sync, new name, sync of the directory. So
 * writing to a journal file never changes what the file system knows of it, and a file with the number of a journal file always has
 * a durable header.
 *
 * <p><b>Threads.</b> All of it belongs to the loop for files, except {@link #prepare}, {@link #press}, {@link #stopPreparing} and {@link #release}, which any loop may call.
 */
final class JournalDirectory {
    /** Size of the first file; each later one is twice as large, up to the configured size. */
    static final long FIRST_FILE = 64 << 20;

    private static final int SPARES_MAX = 16; // files; what is beyond is deleted

    private final JournalConfig config;
    private final Disk disk;
    private final Loop loop;
    private final MarkFile mark;
    private final int salt;

    private final TreeSet<Long> inUse; // at or above the mark; the loop's, as is all below
    private final TreeSet<Long> damaged; // kept for salvage
    private final ArrayDeque<Long> spares = new ArrayDeque<>();
    private CompletableFuture<Void> releases; // the latest: one at a time
    private long highest; // number of the latest file made
    private volatile boolean pressed; // what is being made ready must not take its time
    private volatile boolean stopped; // nothing is made ready any more

    private JournalDirectory(
            JournalConfig config,
            Disk disk,
            Loop loop,
            MarkFile mark,
            int salt,
            TreeSet<Long> inUse,
            TreeSet<Long> damaged) {
        this.config = config;
        this.disk = disk;
        this.loop = loop;
        this.mark = mark;
        this.salt = salt;
        this.inUse = inUse;
        this.damaged = damaged;
        this.releases = CompletableFuture.completedFuture(null);
    }

    /** There is no room for a further file. */
    static final class NoRoomException extends IOException {
        private static final long serialVersionUID = 1;

        NoRoomException(String message) {
            super(message);
        }
    }

    /** A file that is ready for its first group. */
    record Ready(long number, long capacity) {}

    /** Takes stock after replay. Completes on {@code loop}. */
    static CompletableFuture<JournalDirectory> open(
            JournalConfig config, Disk disk, Entropy entropy, Loop loop, Replayed replayed) {
        Path directory = config.directory();
        Path parent = directory.toAbsolutePath().getParent();
        return disk.createDirectories(directory, loop)
                .thenCompose(made -> parent == null
                        ? CompletableFuture.<Void>completedFuture(null)
                        : disk.syncDirectory(parent, loop))
                .thenCompose(made -> JournalContents.look(disk, directory, loop))
                .thenCompose(contents ->
                        deleteAll(contents.unfinished(), disk, directory, loop).thenApply(gone -> contents))
                .thenCompose(contents -> {
                    var markFile = new MarkFile(disk, directory, loop, contents.mark());
                    int salt = replayed.salt() != 0 ? replayed.salt() : (int) entropy.nextLong() | 1;
                    var damaged = new TreeSet<Long>(replayed.damagedFiles());
                    var opened = new JournalDirectory(config, disk, loop, markFile, salt, new TreeSet<>(), damaged);
                    opened.sort(contents);
                    if (contents.isNew()) {
                        return markFile.create(new JournalPosition(1, 0), 0, salt)
                                .thenApply(made -> opened);
                    }
                    return CompletableFuture.completedFuture(opened);
                });
    }

    /** What lies below the mark is spare. Without a readable mark everything is in use. */
    private void sort(JournalContents contents) {
        Mark current = contents.mark();
        for (long number : contents.files()) {
            if (current != null
                    && number < current.position().file()
                    && spares.size() < SPARES_MAX
                    && !damaged.contains(number)) {
                spares.add(number);
            } else {
                inUse.add(number);
            }
        }
        highest = contents.highest();
    }

    int salt() {
        return salt;
    }

    // ---- the next file

    /**
     * Makes the next file. Completes on {@code caller}; fails with {@link NoRoomException} where that may change.
     *
     * @param nanos that it may take, unless {@link #press} says otherwise; 0 if it is needed at once
     */
    Promise<Ready> prepare(long nanos, Loop caller) {
        Promise<Ready> promise = caller.promise();
        pressed = false;
        loop.execute(() -> prepareNext(nanos).whenComplete((ready, failure) -> settle(promise, ready, failure)));
        return promise;
    }

    /** The file being made ready will be needed soon. Safe from any loop. */
    void press() {
        pressed = true;
    }

    /** The file being made ready is not needed any more: making it fails with CancellationException. Safe from any loop. */
    void stopPreparing() {
        stopped = true;
    }

    private CompletableFuture<Ready> prepareNext(long nanos) {
        long number = highest + 1;
        long size = Math.min(config.fileSizeMax().bytes(), FIRST_FILE << Math.min(20, inUse.size()));
        long wanted = size / JournalFormat.BLOCK * JournalFormat.BLOCK;
        Long spare = spares.poll();
        Path path = spare == null
                ? Layout.unfinished(Layout.journalFile(config.directory(), number))
                : Layout.journalFile(config.directory(), spare);
        CompletableFuture<Long> filled =
                spare == null ? createFull(path, wanted, nanos) : growSpare(path, wanted, nanos);
        return filled.thenCompose(capacity -> begin(path, number, capacity));
    }

    private CompletableFuture<Long> createFull(Path path, long size, long nanos) {
        return requireRoom(size)
                .thenCompose(enough -> disk.create(path, access(), loop))
                .thenCompose(file -> fill(file, 0, size, nanos)
                        .handle((filled, failure) -> failure == null ? null : Futures.cause(failure))
                        .thenCompose(failure -> file.close().thenApply(closed -> failure)))
                .thenCompose(failure ->
                        failure == null ? CompletableFuture.completedFuture(size) : abandon(path, size, failure));
    }

    /** Removes a file that could not be filled. If room ran out meanwhile, that is what failed; anything else is an error of the disk. */
    private CompletableFuture<Long> abandon(Path path, long size, Throwable failure) {
        return disk.space(config.directory(), loop)
                .thenCompose(space -> disk.delete(path, loop).thenApply(gone -> space))
                .thenCompose(space ->
                        CompletableFuture.failedFuture(space.usable() < size ? noRoom(size, space.usable()) : failure));
    }

    /** A spare keeps its size if there is no room to grow. */
    private CompletableFuture<Long> growSpare(Path path, long wanted, long nanos) {
        return disk.open(path, access(), loop)
                .thenCompose(file -> file.size()
                        .thenCompose(
                                size -> grow(file, size / JournalFormat.BLOCK * JournalFormat.BLOCK, wanted, nanos))
                        .handle((capacity, failure) -> file.close()
                                .thenCompose(closed -> failure == null
                                        ? CompletableFuture.completedFuture(capacity)
                                        : CompletableFuture.<Long>failedFuture(failure)))
                        .thenCompose(closed -> closed));
    }

    private CompletableFuture<Long> grow(DiskFile file, long whole, long wanted, long nanos) {
        if (whole >= wanted) {
            return CompletableFuture.completedFuture(whole);
        }
        return disk.space(config.directory(), loop).thenCompose(space -> {
            if (space.usable() < wanted - whole) {
                return CompletableFuture.completedFuture(whole);
            }
            return fill(file, whole, wanted, nanos)
                    .handle((filled, failure) -> failure == null
                            ? CompletableFuture.completedFuture(wanted)
                            : keepSize(whole, wanted, Futures.cause(failure)))
                    .thenCompose(capacity -> capacity);
        });
    }

    /** If room ran out while a spare grew, its first {@code whole} bytes are as good as before; anything else is an error of the disk. */
    private CompletableFuture<Long> keepSize(long whole, long wanted, Throwable failure) {
        return disk.space(config.directory(), loop)
                .thenCompose(space -> space.usable() < wanted - whole && !(failure instanceof CancellationException)
                        ? CompletableFuture.completedFuture(whole)
                        : CompletableFuture.failedFuture(failure));
    }

    private CompletableFuture<Void> fill(DiskFile file, long from, long to, long nanos) {
        Promise<Void> filled = loop.promise();
        fillOn(file, from, from, to, new Pace(loop.clock().nanos(), nanos, to - from), filled);
        return filled.thenCompose(done -> file.sync());
    }

    /** Writes zeros from {@code at}, piece by piece: at the speed of the disk they would keep its journals waiting. */
    private void fillOn(DiskFile file, long from, long at, long to, Pace pace, Promise<Void> filled) {
        long end = Math.min(to, at + (pressed ? Pace.PIECE_BYTES_MAX : pace.pieceBytes()));
        Futures.whenDone(file.preallocate(end), loop, (done, failure) -> {
            if (failure != null) {
                filled.completeExceptionally(failure);
            } else if (stopped) {
                filled.completeExceptionally(new CancellationException("the journal is being closed"));
            } else if (end == to) {
                filled.complete(null);
            } else {
                Runnable next = () -> fillOn(file, from, end, to, pace, filled);
                long pause = pressed ? 0 : pace.pauseNanos(loop.clock().nanos(), end - from);
                if (pause > 0) {
                    loop.schedule(pause, next);
                } else {
                    loop.execute(next);
                }
            }
        });
    }

    /** Gives a full file its header and its name. */
    private CompletableFuture<Ready> begin(Path path, long number, long capacity) {
        Path finished = Layout.journalFile(config.directory(), number);
        ByteBuffer header = ByteBuffer.allocateDirect(2 * JournalFormat.BLOCK)
                .alignedSlice(JournalFormat.BLOCK)
                .limit(JournalFormat.BLOCK)
                .slice();
        JournalFormat.putFileHeader(header, JournalFormat.fileHeader(number, capacity, salt));
        return disk.open(path, access(), loop)
                .thenCompose(file -> file.write(0, Unpooled.wrappedBuffer(header.flip()))
                        .thenCompose(written -> file.sync())
                        .thenCompose(synced -> file.close()))
                .thenCompose(closed -> disk.rename(path, finished, loop))
                .thenCompose(renamed -> disk.syncDirectory(config.directory(), loop))
                .thenApply(durable -> {
                    highest = number;
                    inUse.add(number);
                    return new Ready(number, capacity);
                });
    }

    private CompletableFuture<Void> requireRoom(long size) {
        return disk.space(config.directory(), loop)
                .thenCompose(space -> space.usable() >= size
                        ? CompletableFuture.<Void>completedFuture(null)
                        : CompletableFuture.failedFuture(noRoom(size, space.usable())));
    }

    private NoRoomException noRoom(long wanted, long usable) {
        return new NoRoomException("a further journal file in %s needs %s bytes and %s are free; make room on that disk"
                .formatted(config.directory(), wanted, usable));
    }

    private Access access() {
        return config.direct() ? Access.DIRECT : Access.READ_WRITE;
    }

    // ---- the mark

    /** Moves the mark to {@code position}, unless it is further already, and recycles the files below. Completes on {@code caller}. */
    Promise<Void> release(JournalPosition position, long currentFile, Loop caller) {
        Promise<Void> promise = caller.promise();
        loop.execute(() -> {
            releases = releases.thenCompose(before -> advance(position, currentFile))
                    .thenCompose(moved -> retire());
            releases.whenComplete((done, failure) -> settle(promise, done, failure));
        });
        return promise;
    }

    private CompletableFuture<Void> advance(JournalPosition position, long currentFile) {
        Mark current = mark.latest();
        if (current == null) {
            return mark.create(position, currentFile, salt);
        }
        if (position.compareTo(current.position()) <= 0) {
            return CompletableFuture.completedFuture(null); // never backwards (R37)
        }
        return mark.advance(current, position, currentFile);
    }

    private CompletableFuture<Void> retire() {
        Mark current = mark.latest();
        if (current == null) {
            return CompletableFuture.completedFuture(null);
        }
        List<Long> below = new ArrayList<>(inUse.headSet(current.position().file()));
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        for (long number : below) {
            inUse.remove(number);
            Path path = Layout.journalFile(config.directory(), number);
            if (damaged.remove(number)) {
                Path kept = Layout.damagedJournalFile(config.directory(), number);
                done = done.thenCompose(before -> disk.rename(path, kept, loop))
                        .thenCompose(
                                renamed -> disk.syncDirectory(config.directory(), loop)); // else a crash makes it spare
            } else if (spares.size() < SPARES_MAX) {
                spares.add(number);
            } else {
                done = done.thenCompose(before -> disk.delete(path, loop));
            }
        }
        return done;
    }

    private static CompletableFuture<Void> deleteAll(List<String> names, Disk disk, Path directory, Loop loop) {
        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
        for (String name : names) {
            done = done.thenCompose(before -> disk.delete(directory.resolve(name), loop));
        }
        return done;
    }

    private static <T> void settle(Promise<T> promise, @Nullable T value, @Nullable Throwable failure) {
        if (failure == null) {
            promise.complete(value);
        } else {
            promise.completeExceptionally(Futures.cause(failure));
        }
    }
}
