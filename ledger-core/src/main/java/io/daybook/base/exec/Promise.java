package io.daybook.base.exec;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A future made by a {@link Loop} and completed only on it, so that plain stages run on the owner's loop.
 *
 * <p>A completion from another thread is posted to the loop. A stage added after completion runs at once on the thread
 * that adds it, as with any {@link CompletableFuture}; inside Daybook that thread is the loop.
 */
public final class Promise<T> extends CompletableFuture<T> {
    private final Loop loop;

    /** An incomplete promise of {@code loop}. */
    public Promise(Loop loop) {
        this.loop = loop;
    }

    /** The loop this promise completes on. */
    public Loop loop() {
        return loop;
    }

    /**
     * Completes on the loop: inside the call when on it, else by a posted task. Null is for promises of nothing and of nullable values.
     *
     * @return false if it was already complete; true does not yet mean that a posted completion wins
     */
    @Override
    public boolean complete(@Nullable T value) {
        if (loop.inLoop()) {
            return super.complete(value);
        }
        if (isDone()) {
            return false;
        }
        loop.execute(() -> super.complete(value));
        return true;
    }

    /** Fails on the loop; see {@link #complete}. */
    @Override
    public boolean completeExceptionally(Throwable failure) {
        if (loop.inLoop()) {
            return super.completeExceptionally(failure);
        }
        if (isDone()) {
            return false;
        }
        loop.execute(() -> super.completeExceptionally(failure));
        return true;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new Promise<>(loop);
    }
}
