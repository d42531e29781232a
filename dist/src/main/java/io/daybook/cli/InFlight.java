package io.daybook.cli;

import io.daybook.base.exec.Futures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Bounds the bytes that one feeding thread has outstanding in asynchronous appends, and keeps their first failure. {@link #awaitRoom} and {@link
 * #drain} are for the feeding thread; completions come from any.
 */
final class InFlight {
    private static final int OVERHEAD_BYTES = 1 << 10; // so that many tiny records are bounded too
    private static final int BYTES_MAX = 16 << 20;

    private static final long NOTICE_SECONDS = 5;

    private final Semaphore free = new Semaphore(BYTES_MAX);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private boolean noticed; // the feeding thread's

    /** Waits for room for a record of so many bytes; call before appending it. Throws the first failure of an earlier one. */
    void awaitRoom(int bytes) throws InterruptedException {
        acquire(weight(bytes));
        if (failure.get() != null) {
            free.release(weight(bytes));
            throwFailure();
        }
    }

    /** Counts a started append of so many bytes until it completes. */
    void add(int bytes, CompletableFuture<?> append) {
        append.whenComplete((result, problem) -> {
            if (problem != null) {
                failure.compareAndSet(null, Futures.cause(problem));
            }
            free.release(weight(bytes));
        });
    }

    /** Waits until all have completed. Throws the first failure. */
    void drain() throws InterruptedException {
        acquire(BYTES_MAX);
        free.release(BYTES_MAX);
        throwFailure();
    }

    /** A user who waits longer than a moment is told why nothing seems to happen. */
    private void acquire(int permits) throws InterruptedException {
        int before = free.availablePermits();
        while (!free.tryAcquire(permits, NOTICE_SECONDS, TimeUnit.SECONDS)) {
            int now = free.availablePermits();
            if (now == before && !noticed) {
                noticed = true;
                System.err.printf(
                        "nothing was acknowledged for %d s; still trying: are enough bookies up ('daybook bookie list')?%n",
                        NOTICE_SECONDS);
            }
            before = now;
        }
    }

    private static int weight(int bytes) {
        return Math.min(BYTES_MAX, bytes + OVERHEAD_BYTES);
    }

    private void throwFailure() {
        Throwable first = failure.get();
        if (first instanceof RuntimeException problem) {
            throw problem;
        }
        if (first != null) {
            throw new IllegalStateException(first);
        }
    }
}
