package io.daybook.bookie.journal;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.Disk.Access;
import io.daybook.base.seam.Entropy;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.journal.JournalDirectory.NoRoomException;
import io.daybook.bookie.journal.JournalDirectory.Ready;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes records durable in arrival order: one loop, one write and one sync per group, then the group is acknowledged.
 *
 * <p>A group is whatever is queued when the one before is on the disk; there is no waiting time at any load. The next file is made ready on a
 * second loop while the current one is written.
 *
 * <p><b>Threads.</b> {@link #append}, {@link #barrier}, {@link #writtenPosition}, {@link #release} and {@link #close} are safe from any
 * loop. All else belongs to the journal's loop.
 *
 * <p><b>Buffers.</b> {@link #append} takes {@code payload} over and releases it, whatever the outcome.
 *
 * <p><b>Failure.</b> The first failed write or sync is final, since nobody can tell what reached the disk (R32): what is pending and all that
 * comes later is refused with {@link BookieException.Stopped}, and the listener lets the bookie exit. A full disk is no failure: entries
 * are refused with {@link BookieException.Overloaded} until there is room, fences and keys have a reserve (R31).
 */
public final class Journal implements DurableLog {
    private static final long MARKER_DELAY =
            50_000_000; // ns after the last group of a burst (R36 wants it within 100 ms)
    private static final long ROOM_RETRY = 1_000_000_000; // ns between looks for room on a full disk

    private final JournalConfig config;
    private final Disk disk;
    private final Loop loop;
    private final JournalDirectory directory;
    private final Listener listener;
    private final AppendQueue queue;
    private final GroupBuffer buffer;

    private volatile BookieException.@Nullable Stopped failure; // set once, by the journal's loop
    private volatile JournalPosition written;

    private JournalFile file; // the journal's loop only, as is all below
    private int mask; // of that file
    private JournalPosition synced; // end of the last group that is durable
    private @Nullable JournalFile next;
    private boolean preparing;
    private long rolled; // when the file became the current one
    private long lasted; // the one before was it for so long, ns; 0 if there was none
    private boolean full; // the disk has no room for a next file
    private boolean busy; // a group is on its way
    private boolean markerDue; // the last group is not known to be synced by anything on the disk
    private boolean markerScheduled;
    private long lastGroup; // when it was durable
    private @Nullable Promise<Void> closing;
    private long groups;

    private Journal(
            JournalConfig config,
            Disk disk,
            Loop loop,
            JournalDirectory directory,
            JournalPosition tail,
            JournalFile first,
            Listener listener) {
        this.config = config;
        this.disk = disk;
        this.loop = loop;
        this.directory = directory;
        this.listener = listener;
        this.queue = new AppendQueue(config.queueSizeMax().bytes());
        this.buffer = new GroupBuffer(config.groupSizeMax().intBytes());
        this.synced = tail;
        this.file = first;
        this.mask = JournalFormat.mask(first.number(), directory.salt());
        this.written = first.position();
    }

    /** Hears, once and on the journal's loop, that nothing is acknowledged any more (R32). */
    public interface Listener {
        void onStopped(BookieException.Stopped failure);
    }

    /**
     * Opens a journal whose replay found {@code replayed}; records go to a new file (R33). Whoever opens a journal after an unclean stop flushes
     * what replay handed over and releases {@link #writtenPosition} before the bookie registers.
     *
     * @param loop the journal's own, which may block
     * @param files another loop that may block: makes files ready, moves the mark
     * @return completes on {@code loop}; fails with {@link BookieException.Refused}
     */
    public static Promise<Journal> open(
            JournalConfig config,
            Disk disk,
            Entropy entropy,
            Loop loop,
            Loop files,
            Replayed replayed,
            Listener listener) {
        Promise<Journal> promise = loop.promise();
        files.execute(() -> JournalDirectory.open(config, disk, entropy, files, replayed)
                .thenAccept(directory -> loop.execute(() -> directory
                        .prepare(0, loop)
                        .thenCompose(ready -> openFile(config, disk, loop, ready))
                        .thenAccept(first -> promise.complete(
                                new Journal(config, disk, loop, directory, replayed.tail(), first, listener).started()))
                        .exceptionally(failure -> refuse(promise, config, failure))))
                .exceptionally(failure -> refuse(promise, config, failure)));
        return promise;
    }

    private static @Nullable Void refuse(Promise<Journal> promise, JournalConfig config, Throwable failure) {
        Throwable cause = Futures.cause(failure);
        promise.completeExceptionally(new BookieException.Refused(
                "the journal in %s cannot be opened: %s".formatted(config.directory(), cause), cause));
        return null;
    }

    private static CompletableFuture<JournalFile> openFile(JournalConfig config, Disk disk, Loop loop, Ready ready) {
        return disk.open(
                        Layout.journalFile(config.directory(), ready.number()),
                        config.direct() ? Access.DIRECT : Access.READ_WRITE,
                        loop)
                .thenApply(opened -> {
                    Check.state(
                            JournalFormat.BLOCK % opened.alignment() == 0,
                            "the disk of %s wants writes aligned to %s, more than the journal's blocks of %s; set direct to false",
                            opened.path(),
                            opened.alignment(),
                            JournalFormat.BLOCK);
                    return new JournalFile(opened, ready.number(), ready.capacity());
                });
    }

    private Journal started() {
        rolled = loop.clock().nanos();
        prepareNext();
        return this;
    }

    // ---- any loop

    @Override
    public void append(
            Kind kind, long ledgerId, long entryId, @Nullable ByteBuf payload, Loop caller, Completion completion) {
        submit(new PendingAppend(kind, ledgerId, entryId, payload, caller, completion));
    }

    @Override
    public void appendAll(ByteBuf entries, int count, Loop caller, Completion completion) {
        submit(PendingAppend.group(entries, count, caller, completion));
    }

    @Override
    public void barrier(Loop caller, Completion completion) {
        submit(new PendingAppend(null, 0, 0, null, caller, completion));
    }

    private void submit(PendingAppend append) {
        BookieException.Stopped stopped = failure;
        if (stopped != null) {
            append.releasePayload();
            append.completion.done(stopped);
            return;
        }
        if (append.bodyLength() > JournalFormat.BODY_MAX || !queue.offer(append)) {
            String size = append.payloadLength() + " bytes";
            append.releasePayload();
            append.completion.done(new BookieException.Overloaded(
                    "journal %s refused %s of ledger %s entry %s: %s bytes of at most %s are queued already; retry later"
                            .formatted(
                                    config.directory(),
                                    size,
                                    append.ledgerId,
                                    append.entryId,
                                    queue.bytes(),
                                    config.queueSizeMax())));
            return;
        }
        if (queue.mustWake()) {
            loop.execute(this::pass);
        }
    }

    /**
     * A position below which every record was appended before this call, for {@link #release}; what is queued or under way lies above it.
     */
    public JournalPosition writtenPosition() {
        return written;
    }

    /**
     * Says that everything below {@code position} is durable elsewhere, so that replay may begin there and files below may be recycled (R37). A
     * position below an earlier one changes nothing.
     *
     * @param position from {@link #writtenPosition}
     * @return completes on {@code caller} when the mark is durable
     */
    public Promise<Void> release(JournalPosition position, Loop caller) {
        JournalPosition known = written;
        Check.argument(
                position.compareTo(known) <= 0,
                "the journal is written up to %s and cannot be released up to %s",
                known,
                position);
        Promise<Void> promise = directory.release(position, known.file(), caller);
        promise.whenComplete((released, failed) -> {
            if (failed != null) {
                loop.execute(() -> stop("the mark could not be moved to " + position, failed));
            } else {
                loop.execute(this::prepareNext); // there may be room now
            }
        });
        return promise;
    }

    /** Takes nothing more, makes durable what was queued, and closes. Completes on {@code caller}. */
    public Promise<Void> close(Loop caller) {
        Promise<Void> promise = caller.promise();
        loop.execute(() -> {
            Promise<Void> closed = closing;
            if (closed == null) {
                closed = loop.promise();
                closing = closed;
                pass();
            }
            closed.whenComplete((done, failed) -> promise.complete(null));
        });
        return promise;
    }

    // ---- the journal's loop

    /** Starts the next group, unless one is on its way. */
    private void pass() {
        while (!busy) {
            if (failure != null) {
                refuseQueued();
                if (closing != null && !closing.isDone()) {
                    finishClosing(closing);
                }
                return;
            }
            var group = new Group();
            boolean waits = take(group);
            if (buffer.records() > 0) {
                commit(group);
                return; // its end starts a pass, after other tasks of the loop had their turn
            } else if (!group.isEmpty()) {
                group.tell(null); // barriers only, and nothing before them is under way
            } else if (waits) {
                return; // for the next file; its coming starts a pass
            } else if (closing != null) {
                finishClosing(closing);
                return;
            } else if (queue.sleep()) {
                return;
            }
        }
    }

    /**
     * Moves what is queued into the buffer, as much as one group and the file may hold.
     *
     * @return true if something has to wait for the next file
     */
    private boolean take(Group group) {
        var refused = new Group();
        long charge = 0;
        boolean waits = false;
        for (PendingAppend head = queue.peek(); head != null; head = queue.peek()) {
            if (head.kind != null) {
                int length = buffer.lengthWith(head.records, head.payloadLength());
                boolean first = buffer.records() == 0;
                if (length > room(head) && first && next != null) {
                    roll(next);
                    continue;
                }
                if (length > room(head)) {
                    if (!first) {
                        break;
                    }
                    if (!full && !file.isEmpty()) {
                        waits = true;
                        break;
                    }
                    queue.remove();
                    charge += head.charge();
                    refused.add(head);
                    continue;
                }
                if (!first && length > config.groupSizeMax().bytes()) {
                    break;
                }
            }
            queue.remove();
            charge += head.charge();
            if (head.kind != null) {
                buffer.add(head, file.records() + buffer.records(), mask);
            }
            group.add(head);
        }
        queue.left(charge);
        if (!refused.isEmpty()) {
            refused.tell(new BookieException.Overloaded(
                    "journal %s has no room: file %s is full and there is no further one; make room on that disk"
                            .formatted(config.directory(), file.number())));
        }
        return waits;
    }

    private long room(PendingAppend append) {
        return next != null || append.mayUseReserve() ? file.room() : file.room() - file.reserve();
    }

    /** Writes what is in the buffer, then syncs: nothing is told earlier, since only the sync decides. */
    private void commit(Group group) {
        busy = true;
        int records = buffer.records();
        JournalPosition at = file.position();
        ByteBuf bytes = buffer.seal(at, file.records(), synced, mask);
        Futures.whenDone(file.write(bytes, records), loop, (done, writeFailed) -> {
            if (writeFailed != null) {
                lose(group, "a write at " + at + " failed", writeFailed);
            } else {
                Futures.whenDone(file.sync(), loop, (durable, syncFailed) -> {
                    if (syncFailed != null) {
                        lose(group, "a sync of file " + at.file() + " failed", syncFailed);
                    } else {
                        finish(group, records == 0);
                    }
                });
            }
        });
    }

    private void finish(Group group, boolean marker) {
        groups++;
        busy = false;
        if (failure != null) {
            group.tell(failure); // something else stopped the journal meanwhile
        } else {
            synced = file.position();
            written = synced;
            markerDue = !marker;
            lastGroup = loop.clock().nanos();
            group.tell(null);
            scheduleMarker(MARKER_DELAY);
            if (preparing && file.wellUnderWay()) {
                directory.press();
            }
        }
        loop.execute(this::pass);
    }

    private void lose(Group group, String what, Throwable cause) {
        busy = false;
        stop(what, cause);
        BookieException.Stopped stopped = failure;
        Check.state(stopped != null, "a journal that has lost a group is not stopped");
        group.tell(stopped);
    }

    /** Refuses everything from now on (R32). */
    private void stop(String what, Throwable cause) {
        if (failure != null) {
            return;
        }
        Throwable reason = Futures.cause(cause);
        var stopped = new BookieException.Stopped(
                "journal %s stopped: %s (%s); nothing is acknowledged any more, check the disk and restart the bookie"
                        .formatted(config.directory(), what, reason),
                reason);
        failure = stopped;
        listener.onStopped(stopped);
        loop.execute(this::pass);
    }

    private void refuseQueued() {
        do {
            var group = new Group();
            long charge = 0;
            for (PendingAppend head = queue.peek(); head != null; head = queue.peek()) {
                queue.remove();
                charge += head.charge();
                group.add(head);
            }
            queue.left(charge);
            group.tell(failure);
        } while (!queue.sleep());
    }

    // ---- the marker of an idle journal

    /** Sees to it that a group without a successor is followed by a marker which says that it was synced (R36). */
    private void scheduleMarker(long delay) {
        if (markerDue && !markerScheduled) {
            markerScheduled = true;
            loop.schedule(delay, () -> {
                markerScheduled = false;
                long idle = loop.clock().nanos() - lastGroup;
                if (idle < MARKER_DELAY) {
                    scheduleMarker(MARKER_DELAY - idle);
                } else if (!busy && failure == null) {
                    writeMarker();
                }
            });
        }
    }

    private void writeMarker() {
        if (file.room() < JournalFormat.BLOCK) {
            if (next == null) {
                scheduleMarker(MARKER_DELAY);
                return;
            }
            roll(next);
        }
        commit(new Group());
    }

    // ---- the next file

    private void prepareNext() {
        if (preparing || next != null || failure != null) {
            return;
        }
        preparing = true;
        var opened = directory
                .prepare(full || file.wellUnderWay() ? 0 : lasted / 4, loop)
                .thenCompose(ready -> openFile(config, disk, loop, ready));
        Futures.whenDone(opened, loop, (ready, failed) -> {
            preparing = false;
            if (ready != null && failure == null) {
                next = ready;
                full = false;
            } else if (ready != null) {
                ready.close(); // the journal has ended meanwhile
            } else if (failed instanceof NoRoomException) {
                full = true;
                loop.schedule(ROOM_RETRY, this::prepareNext);
            } else if (failed != null && !(failed instanceof CancellationException)) {
                stop("the next file could not be made ready", failed);
            }
            loop.execute(this::pass);
        });
    }

    private void roll(JournalFile to) {
        file.close().exceptionally(failed -> {
            stop("file " + to.number() + " follows one that could not be closed", failed);
            return null;
        });
        long now = loop.clock().nanos();
        lasted = now - rolled;
        rolled = now;
        file = to;
        mask = JournalFormat.mask(to.number(), directory.salt());
        next = null;
        prepareNext();
    }

    private void finishClosing(Promise<Void> closed) {
        if (markerDue && failure == null && (file.room() >= JournalFormat.BLOCK || next != null)) {
            writeMarker();
            return;
        }
        if (preparing) {
            directory.stopPreparing(); // whose end starts a pass
            return;
        }
        if (failure == null) {
            failure = new BookieException.Stopped("journal %s was closed".formatted(config.directory()), null);
        }
        refuseQueued();
        JournalFile unused = next;
        next = null;
        CompletableFuture<Void> closedNext = unused == null ? CompletableFuture.completedFuture(null) : unused.close();
        file.close().thenCompose(done -> closedNext).whenComplete((done, failed) -> closed.complete(null));
    }
}
