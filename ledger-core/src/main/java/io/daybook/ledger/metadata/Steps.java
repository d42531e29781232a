package io.daybook.ledger.metadata;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How chains of metadata operations are begun, continued and judged. */
final class Steps {
    private Steps() {}

    /** Begins on {@code loop}: inside the call when already there, so that every later stage runs there too. */
    static <T extends @Nullable Object> Promise<T> on(Loop loop, Supplier<Promise<T>> first) {
        Promise<Boolean> begun = loop.promise();
        Promise<T> result = (Promise<T>) begun.thenCompose(yes -> first.get());
        begun.complete(Boolean.TRUE);
        return result;
    }

    /** Goes on after {@code step} whatever became of it; {@code next} sees the unwrapped failure, or null. */
    static <T extends @Nullable Object, R extends @Nullable Object> Promise<R> after(
            Promise<T> step, BiFunction<@Nullable T, @Nullable Throwable, Promise<R>> next) {
        return (Promise<R>)
                step.handle((value, failure) -> next.apply(value, failure == null ? null : Futures.cause(failure)))
                        .thenCompose(following -> following);
    }

    static <T extends @Nullable Object> Promise<T> done(Loop loop, T value) {
        Promise<T> promise = loop.promise();
        promise.complete(value);
        return promise;
    }

    /** A promise that is done and has nothing to tell. */
    static Promise<Void> nothing(Loop loop) {
        return (Promise<Void>) done(loop, Boolean.TRUE).thenAccept(nothing -> {});
    }

    static <T extends @Nullable Object> Promise<T> failed(Loop loop, Throwable failure) {
        Promise<T> promise = loop.promise();
        promise.completeExceptionally(Futures.cause(failure));
        return promise;
    }

    /** Why the store refused, or null if {@code failure} is not its answer. */
    static MetaException.@Nullable Kind kind(@Nullable Throwable failure) {
        return failure != null && Futures.cause(failure) instanceof MetaException refused ? refused.kind() : null;
    }
}
