package io.daybook.stream.writer;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Hands requests from any thread to the stream's loop, one wake-up for all that arrive before the loop gets to them, and bounds their bytes.
 *
 * <p><b>Threads.</b> {@link #offer}, {@link #writable} are safe from any thread; the rest belongs to the loop.
 *
 * <p>Its counters are fields rather than objects: a process with thousands of streams finds little of any of them in the processor's cache.
 */
final class AppendQueue {
    private static final AtomicReferenceFieldUpdater<AppendQueue, @Nullable PendingAppend> NEWEST =
            AtomicReferenceFieldUpdater.newUpdater(AppendQueue.class, PendingAppend.class, "newest");
    private static final AtomicLongFieldUpdater<AppendQueue> BYTES =
            AtomicLongFieldUpdater.newUpdater(AppendQueue.class, "bytes");
    private static final AtomicLongFieldUpdater<AppendQueue> WAITING_BYTES =
            AtomicLongFieldUpdater.newUpdater(AppendQueue.class, "waitingBytes");

    private final Loop loop;
    private final long bytesMax;
    private final Runnable onArrival;

    private volatile @Nullable PendingAppend newest; // chain, newest first
    private volatile long bytes; // handed in, not yet sent
    private volatile long waitingBytes; // of requests that wait for room

    private @Nullable ArrayDeque<PendingAppend> waiting; // loop only; null until a request has to wait
    private @Nullable ArrayDeque<Promise<Void>> writableWaiters; // loop only; null until somebody asks

    AppendQueue(Loop loop, long bytesMax, Runnable onArrival) {
        this.loop = loop;
        this.bytesMax = bytesMax;
        this.onArrival = onArrival;
    }

    /** Hands a request over; false if there is no room for it. */
    boolean offer(PendingAppend request) {
        if (!reserve(request)) {
            return false;
        }
        PendingAppend before;
        do {
            before = newest;
            request.next = before;
        } while (!NEWEST.compareAndSet(this, before, request));
        if (before == null) {
            loop.execute(onArrival);
        }
        return true;
    }

    /** Completes when at most half of the room is taken. */
    CompletableFuture<Void> writable() {
        if (bytes <= bytesMax / 2) {
            return CompletableFuture.completedFuture(null);
        }
        Promise<Void> room = loop.promise();
        loop.execute(() -> {
            if (bytes <= bytesMax / 2) {
                room.complete(null);
            } else {
                if (writableWaiters == null) {
                    writableWaiters = new ArrayDeque<>();
                }
                writableWaiters.add(room);
            }
        });
        return room;
    }

    /** All that arrived, oldest first, as a chain; those marked as waiting stay here until there is room. */
    @Nullable
    PendingAppend take() {
        PendingAppend chain = NEWEST.getAndSet(this, null);
        PendingAppend oldest = null;
        while (chain != null) { // turn it round
            PendingAppend older = chain.next;
            chain.next = oldest;
            oldest = chain;
            chain = older;
        }
        return oldest;
    }

    /** Keeps a request that has no room yet; true if it must wait. */
    boolean park(PendingAppend request) {
        if (request.firstOffset != WAITS) {
            return false;
        }
        ArrayDeque<PendingAppend> earlier = waiting;
        if ((earlier == null || earlier.isEmpty()) && fits(request)) {
            admit(request);
            return false;
        }
        if (earlier == null) {
            earlier = new ArrayDeque<>();
            waiting = earlier;
        }
        earlier.add(request);
        return true;
    }

    /** The next request that has waited and fits now, or null. */
    @Nullable
    PendingAppend admitted() {
        ArrayDeque<PendingAppend> all = waiting;
        PendingAppend request = all == null ? null : all.peek();
        if (all == null || request == null || !fits(request)) {
            return null;
        }
        all.remove();
        admit(request);
        return request;
    }

    /** Whether a request waits for room. */
    boolean hasWaiting() {
        return waiting != null && !waiting.isEmpty();
    }

    /** A request waiting for room that will never get it, or null. */
    @Nullable
    PendingAppend expelled() {
        PendingAppend request = waiting == null ? null : waiting.poll();
        if (request != null) {
            WAITING_BYTES.addAndGet(this, -request.size);
        }
        return request;
    }

    /** Gives room back and tells who waits for it. */
    void release(long size) {
        long left = BYTES.addAndGet(this, -size);
        ArrayDeque<Promise<Void>> waiters = writableWaiters;
        if (waiters != null && left <= bytesMax / 2) {
            for (Promise<Void> waiter = waiters.poll(); waiter != null; waiter = waiters.poll()) {
                waiter.complete(null);
            }
        }
    }

    private boolean reserve(PendingAppend request) {
        int size = request.size;
        if (waitingBytes == 0) { // nobody may be overtaken
            if (BYTES.addAndGet(this, size) <= bytesMax || size == 0) {
                return true;
            }
            BYTES.addAndGet(this, -size);
        }
        if (!request.options.mayWait() && size > 0) {
            return false;
        }
        if (WAITING_BYTES.addAndGet(this, size) <= bytesMax) {
            request.firstOffset = WAITS;
            return true;
        }
        WAITING_BYTES.addAndGet(this, -size);
        return false;
    }

    private boolean fits(PendingAppend request) {
        return bytes == 0 || bytes + request.size <= bytesMax;
    }

    private void admit(PendingAppend request) {
        BYTES.addAndGet(this, request.size);
        WAITING_BYTES.addAndGet(this, -request.size);
        request.firstOffset = 0;
    }

    private static final long WAITS = -2;
}
