package io.daybook.cli;

import io.daybook.base.exec.Futures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Bounds the bytes that one feeding thread has outstanding in asynchronous appends, and keeps their first failure. {@link #awaitRoom} and {@link
 * #drain} are for the feeding thread; completions come from any.
 */
final class InFlight {
    private static final int OVERHEAD_BYTES = 1 << 10; // so that many tiny records are bounded too
    private static final int BYTES_MAX = 16 << 20;

    private final Semaphore free = new Semaphore(BYTES_MAX);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** Waits for room for a record of so many bytes; call before appending it. Throws the first failure of an earlier one. */
    void awaitRoom(int bytes) throws InterruptedException {
        free.acquire(weight(bytes));
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
        free.acquire(BYTES_MAX);
        free.release(BYTES_MAX);
        throwFailure();
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
