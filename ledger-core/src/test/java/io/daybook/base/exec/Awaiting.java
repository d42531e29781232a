package io.daybook.base.exec;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How tests over real threads wait: for a future, never for a time. */
public final class Awaiting {
    private Awaiting() {}

    /** The value of {@code stage}, or its failure, unwrapped; fails after 30 s. */
    public static <T> T real(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw Awaiting.<RuntimeException>asIs(Futures.cause(failed));
        } catch (TimeoutException late) {
            throw new AssertionError("a future did not complete within 30 s", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting", interrupted);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E asIs(Throwable failure) throws E {
        throw (E) failure;
    }
}
