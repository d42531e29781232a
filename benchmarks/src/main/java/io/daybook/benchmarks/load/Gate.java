package io.daybook.benchmarks.load;

import java.util.concurrent.CompletableFuture;

/** Tells all that append when to count, and when to stop; and remembers what went wrong first. Safe from any thread. */
final class Gate {
    private final CompletableFuture<Throwable> failed = new CompletableFuture<>();

    private volatile boolean measuring;
    private volatile boolean open = true;

    boolean open() {
        return open;
    }

    boolean measuring() {
        return measuring;
    }

    void measure(boolean on) {
        measuring = on;
    }

    void shut() {
        open = false;
    }

    /** Stops everything because of {@code failure}. */
    void fail(Throwable failure) {
        failed.complete(failure);
        open = false;
    }

    /** Completes with the first failure. */
    CompletableFuture<Throwable> failed() {
        return failed;
    }
}
