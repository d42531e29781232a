package io.daybook.bookie.storage;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.disk.Pace;
import io.daybook.bookie.entrylog.AlignedBuffer;
import io.daybook.bookie.entrylog.EntryLog;
import io.daybook.bookie.entrylog.EntryLogWriter;
import io.daybook.bookie.entrylog.FileContents;
import io.daybook.bookie.entrylog.ListedFile;
import io.daybook.bookie.index.StoreIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves what the write caches hold to entry-log files: one flush at a time, of all caches together.
 *
 * <p>A flush takes note of the journal's position, rotates every cache, writes the entries sorted, syncs files and directories, lists the files, publishes
 * their runs in the index, drops the caches, and releases the journal up to the noted position (R37). In this order, so that at every
 * moment each entry is in the journal or in listed files.
 *
 * <p><b>Threads.</b> {@link #request}, {@link #somethingToFlush}, {@link #hurry} and {@link #flush} are safe from any loop; all else belongs to
 * the flush loop.
 *
 * <p><b>Failure.</b> A failed write, sync or publication is final: the file is never listed, nothing is written any more (R38), and the bookie must
 * stop. What the caches hold stays readable and is still in the journal.
 */
public final class Flusher {
    private final Loop loop;
    private final Disk disk;
    private final EntryLog entryLog;
    private final StoreIndex index;
    private final StorageConfig config;
    private final Consumer<BookieException.Stopped> onFailure;
    private final AlignedBuffer buffer = new AlignedBuffer(EntryLogWriter.BUFFER_BYTES);

    private List<CacheShard> shards = List.of();
    private @Nullable CheckpointedLog journal; // null until replay is over
    private List<Promise<Void>> waiting = new ArrayList<>();
    private boolean running;
    private boolean again;
    private Loop.@Nullable Timer timer;
    private BookieException.@Nullable Stopped failure; // or that it was closed
    private volatile boolean hurried;
    private volatile boolean pressed;
    private long filling; // since when there is something to flush

    Flusher(
            Loop loop,
            Disk disk,
            EntryLog entryLog,
            StoreIndex index,
            StorageConfig config,
            Consumer<BookieException.Stopped> onFailure) {
        this.loop = loop;
        this.disk = disk;
        this.entryLog = entryLog;
        this.index = index;
        this.config = config;
        this.onFailure = onFailure;
    }

    /** The caches to be flushed; before anything else. */
    void serve(List<CacheShard> all) {
        shards = List.copyOf(all);
    }

    /** From now on flushes release {@code log}. */
    void release(CheckpointedLog log) {
        journal = log;
    }

    /** Asks for a flush soon. */
    void request() {
        loop.execute(this::start);
    }

    /** The caches fill faster than the flush under way is paced for: it must pause no longer than it writes. */
    void press() {
        pressed = true;
    }

    /** A write is waiting for room: the flush under way must not take its time. */
    void hurry() {
        hurried = true;
    }

    /** Something is in a cache that was empty: it must be flushed within the interval. */
    void somethingToFlush() {
        loop.execute(() -> {
            if (timer == null && failure == null) {
                filling = loop.clock().nanos();
                timer = loop.schedule(config.flushInterval().toNanos(), () -> {
                    timer = null;
                    start();
                });
            }
        });
    }

    /** Completes once all that was put before is in synced files. */
    Promise<Void> flush(Loop caller) {
        Promise<Void> done = caller.promise();
        hurried = true;
        loop.execute(() -> {
            if (failure != null) {
                done.completeExceptionally(failure);
            } else {
                hurried = true; // again: the end of the flush before may have come between
                waiting.add(done);
                start();
            }
        });
        return done;
    }

    /** Writes and publishes nothing any more, also of a flush under way; called on the flush loop. */
    void close() {
        stopTimer();
        if (failure == null) {
            failure = new BookieException.Stopped("the store is closed; what was not flushed is in the journal", null);
        }
        failWaiters(List.of());
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void failWaiters(List<Promise<Void>> more) {
        BookieException.Stopped why = failure;
        if (why != null) {
            List<Promise<Void>> all = new ArrayList<>(waiting);
            all.addAll(more);
            waiting = new ArrayList<>();
            all.forEach(waiter -> waiter.completeExceptionally(why));
        }
    }

    private void start() {
        if (running || failure != null) {
            again = true;
            return;
        }
        running = true;
        again = false;
        pressed = false;
        stopTimer();
        new Flush(waiting, journal == null ? null : journal.checkpoint()).rotate();
        waiting = new ArrayList<>();
    }

    private void ended(Flush flush, @Nullable Throwable problem) {
        running = false;
        if (problem != null) {
            failure = new BookieException.Stopped(
                    "a flush to the entry log failed: %s; see to the disk, then restart the bookie"
                            .formatted(problem.getMessage()),
                    problem);
            failWaiters(flush.waiters);
            onFailure.accept(failure);
            return;
        }
        if (again || !waiting.isEmpty()) {
            start();
        } else {
            hurried = false;
        }
        for (Promise<Void> waiter : flush.waiters) {
            waiter.complete(null);
        }
    }

    /** One flush, from the rotation to the release. */
    private final class Flush {
        private final List<Promise<Void>> waiters;
        private final CheckpointedLog.@Nullable Checkpoint checkpoint;
        private final List<WriteCache> caches = new ArrayList<>();
        private final List<ListedFile> files = new ArrayList<>();
        private final List<FileContents> contents = new ArrayList<>();

        private final long filledNanos = loop.clock().nanos() - filling;

        private int rotated;
        private @Nullable EntryLogWriter writer;

        Flush(List<Promise<Void>> waiters, CheckpointedLog.@Nullable Checkpoint checkpoint) {
            this.waiters = waiters;
            this.checkpoint = checkpoint;
        }

        void rotate() {
            for (CacheShard shard : shards) {
                shard.loop().execute(() -> {
                    WriteCache cache = shard.rotate();
                    loop.execute(() -> rotated(cache));
                });
            }
        }

        private void rotated(@Nullable WriteCache cache) {
            if (isOver()) {
                return;
            }
            if (cache != null) {
                caches.add(cache);
            }
            if (++rotated == shards.size()) {
                if (caches.isEmpty()) {
                    conclude();
                } else {
                    long bytes = caches.stream().mapToLong(WriteCache::bytes).sum();
                    nextFile(new SortedCaches(caches), new Pace(loop.clock().nanos(), filledNanos / 4, bytes));
                }
            }
        }

        private void nextFile(SortedCaches from, Pace pace) {
            long number = entryLog.takeNumber();
            then(EntryLogWriter.create(disk, entryLog.path(number), number, buffer, loop), created -> {
                writer = created;
                fill(created, from, pace);
            });
        }

        private void fill(EntryLogWriter to, SortedCaches from, Pace pace) {
            if (isOver()) {
                return;
            }
            int piece = hurried || pressed ? Pace.PIECE_BYTES_MAX : pace.pieceBytes();
            while (to.waiting() < piece) {
                if (to.size() >= config.fileSizeMax().bytes() || from.isAtEnd()) {
                    then(to.finish(), finished -> {
                        writer = null;
                        files.add(finished.listing());
                        contents.add(finished.contents());
                        if (from.isAtEnd()) {
                            list();
                        } else {
                            nextFile(from, pace);
                        }
                    });
                    return;
                }
                from.addTo(to);
            }
            long begun = loop.clock().nanos();
            then(to.write(), written -> {
                long pause = pause(pace, to.size(), begun);
                if (pause > 0) {
                    loop.schedule(pause, () -> fill(to, from, pace));
                } else {
                    loop.execute(() -> fill(to, from, pace));
                }
            });
        }

        /** As long a pause as the write took leaves the journal half of the disk, a longer one more; none if adds wait for room. */
        private long pause(Pace pace, long bytesOfFile, long writeBegun) {
            long now = loop.clock().nanos();
            long asLong = now - writeBegun;
            if (hurried) {
                return 0;
            } else if (pressed) {
                return asLong;
            }
            long moved =
                    bytesOfFile + files.stream().mapToLong(ListedFile::size).sum();
            return Math.max(asLong, pace.pauseNanos(now, moved));
        }

        private void list() {
            then(entryLog.list(files), listed -> {
                contents.forEach(index::publish);
                conclude();
            });
        }

        private void conclude() {
            for (CacheShard shard : shards) {
                shard.loop().execute(shard::flushed);
            }
            CompletionStage<Void> released =
                    checkpoint == null ? CompletableFuture.completedStage(null) : checkpoint.release(loop);
            then(released, done -> ended(this, null));
        }

        private <T> void then(CompletionStage<T> stage, Consumer<T> next) {
            Futures.whenDone(stage.toCompletableFuture(), loop, (value, problem) -> {
                if (isOver()) {
                    return;
                }
                if (problem != null) {
                    giveUp(problem);
                    return;
                }
                try {
                    next.accept(value);
                } catch (BookieException.Damaged damaged) { // the index
                    giveUp(damaged);
                }
            });
        }

        /** True once the store was closed under this flush, which then ends where it is, as in a crash. */
        private boolean isOver() {
            if (failure != null) {
                dropFile();
                failWaiters(waiters);
            }
            return failure != null;
        }

        private void giveUp(Throwable problem) {
            dropFile();
            ended(this, problem);
        }

        private void dropFile() {
            if (writer != null) {
                writer.abandon();
                writer = null;
            }
        }
    }
}
