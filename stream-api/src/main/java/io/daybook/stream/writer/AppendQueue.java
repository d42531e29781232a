package io.daybook.stream.writer;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Hands requests from any thread to the stream's loop, one wake-up for all that arrive before the loop gets to them, and bounds their bytes.
 *
 * <p><b>Threads.</b> {@link #offer}, {@link #writable} are safe from any thread; the rest belongs to the loop.
 */
final class AppendQueue {
    private final Loop loop;
    private final long bytesMax;
    private final Runnable onArrival;
    private final AtomicReference<@Nullable PendingAppend> newest = new AtomicReference<>(); // chain, newest first
    private final AtomicLong bytes = new AtomicLong(); // handed in, not yet sent
    private final AtomicLong waitingBytes = new AtomicLong(); // of requests that wait for room

    private final ArrayDeque<PendingAppend> waiting = new ArrayDeque<>(); // loop only
    private final ArrayDeque<Promise<Void>> writableWaiters = new ArrayDeque<>(); // loop only

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
            before = newest.get();
            request.next = before;
        } while (!newest.compareAndSet(before, request));
        if (before == null) {
            loop.execute(onArrival);
        }
        return true;
    }

    /** Completes when at most half of the room is taken. */
    CompletableFuture<Void> writable() {
        if (bytes.get() <= bytesMax / 2) {
            return CompletableFuture.completedFuture(null);
        }
        Promise<Void> room = loop.promise();
        loop.execute(() -> {
            if (bytes.get() <= bytesMax / 2) {
                room.complete(null);
            } else {
                writableWaiters.add(room);
            }
        });
        return room;
    }

    /** All that arrived, oldest first, as a chain; those marked as waiting stay here until there is room. */
    @Nullable
    PendingAppend take() {
        PendingAppend chain = newest.getAndSet(null);
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
        if (waiting.isEmpty() && fits(request)) {
            admit(request);
            return false;
        }
        waiting.add(request);
        return true;
    }

    /** The next request that has waited and fits now, or null. */
    @Nullable
    PendingAppend admitted() {
        PendingAppend request = waiting.peek();
        if (request == null || !fits(request)) {
            return null;
        }
        waiting.remove();
        admit(request);
        return request;
    }

    /** A request waiting for room that will never get it, or null. */
    @Nullable
    PendingAppend expelled() {
        PendingAppend request = waiting.poll();
        if (request != null) {
            waitingBytes.addAndGet(-request.size);
        }
        return request;
    }

    /** Gives room back and tells who waits for it. */
    void release(long size) {
        long left = bytes.addAndGet(-size);
        if (left <= bytesMax / 2 && !writableWaiters.isEmpty()) {
            for (Promise<Void> waiter = writableWaiters.poll(); waiter != null; waiter = writableWaiters.poll()) {
                waiter.complete(null);
            }
        }
    }

    private boolean reserve(PendingAppend request) {
        int size = request.size;
        if (waitingBytes.get() == 0) { // nobody may be overtaken
            if (bytes.addAndGet(size) <= bytesMax || size == 0) {
                return true;
            }
            bytes.addAndGet(-size);
        }
        if (!request.options.mayWait() && size > 0) {
            return false;
        }
        if (waitingBytes.addAndGet(size) <= bytesMax) {
            request.firstOffset = WAITS;
            return true;
        }
        waitingBytes.addAndGet(-size);
        return false;
    }

    private boolean fits(PendingAppend request) {
        return bytes.get() == 0 || bytes.get() + request.size <= bytesMax;
    }

    private void admit(PendingAppend request) {
        bytes.addAndGet(request.size);
        waitingBytes.addAndGet(-request.size);
        request.firstOffset = 0;
    }

    private static final long WAITS = -2;
}
