package io.daybook.base.exec;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What users of futures share: the failure without its wrapping, and a last stage that hides no bug. */
public final class Futures {
    private Futures() {}

    /** The failure that was reported, without CompletionException and ExecutionException around it. */
    public static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /**
     * Calls {@code next} with the result, or the unwrapped failure, once {@code future} completes. An exception that leaves {@code next}
     * is a bug: it is thrown on {@code loop} instead of vanishing in a stage that nobody looks at.
     */
    public static <T extends @Nullable Object> void whenDone(
            CompletableFuture<T> future, Loop loop, BiConsumer<@Nullable T, @Nullable Throwable> next) {
        future.whenComplete((value, failure) -> {
            try {
                next.accept(value, failure == null ? null : cause(failure));
            } catch (RuntimeException | Error bug) {
                loop.execute(() -> {
                    throw bug;
                });
            }
        });
    }
}
