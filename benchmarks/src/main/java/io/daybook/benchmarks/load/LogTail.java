package io.daybook.benchmarks.load;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows one log from when its reader has opened until it is closed: what ledgers and streams have in common, which is how opening, failing and closing
 * meet. Steps run where the reader's futures complete; the rest is safe from any thread.
 */
abstract class LogTail<R> implements LoadTarget.Following {
    private final Consumer<R> ending;
    private final CompletableFuture<Throwable> failed = new CompletableFuture<>();

    private volatile boolean closed;
    private @Nullable R reader; // under this object's lock, as opening and closing may meet

    /** @param ending ends a reader; once or twice */
    LogTail(Consumer<R> ending) {
        this.ending = ending;
    }

    /** Asks for what comes next, delivers it, and goes on, unless {@link #closed}. */
    abstract void next(R from);

    /** Takes the outcome of opening the reader. */
    final void opened(@Nullable R opened, @Nullable Throwable failure) {
        if (opened == null) {
            fail(failure);
            return;
        }
        synchronized (this) {
            if (!closed) {
                reader = opened;
            }
        }
        if (closed) {
            ending.accept(opened);
        } else {
            next(opened);
        }
    }

    final boolean closed() {
        return closed;
    }

    final void fail(@Nullable Throwable failure) {
        failed.complete(failure == null ? new IllegalStateException("neither an answer came nor a failure") : failure);
    }

    @Override
    public final CompletableFuture<Throwable> failed() {
        return failed;
    }

    @Override
    public final void close() {
        R open;
        synchronized (this) {
            closed = true;
            open = reader;
        }
        if (open != null) {
            ending.accept(open);
        }
    }
}
