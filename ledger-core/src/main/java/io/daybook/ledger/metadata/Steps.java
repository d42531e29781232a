package io.daybook.ledger.metadata;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How chains of metadata operations are begun and judged. */
final class Steps {
    private Steps() {}

    /** Begins on {@code loop}: inside the call when already there, so that every later stage runs there too. */
    static <T> Promise<T> on(Loop loop, Supplier<Promise<T>> first) {
        if (loop.inLoop()) {
            return first.get();
        }
        Promise<T> promise = loop.promise();
        loop.execute(() -> pass(first.get(), promise));
        return promise;
    }

    /** Completes {@code to} as {@code from} completes. */
    static <T> void pass(Promise<T> from, Promise<T> to) {
        from.whenComplete((value, failure) -> {
            if (failure == null) {
                to.complete(value);
            } else {
                to.completeExceptionally(Futures.cause(failure));
            }
        });
    }

    static <T> Promise<T> done(Loop loop, T value) {
        Promise<T> promise = loop.promise();
        promise.complete(value);
        return promise;
    }

    /** A promise that is done and has nothing to tell. */
    static Promise<Void> nothing(Loop loop) {
        return (Promise<Void>) done(loop, Boolean.TRUE).thenAccept(nothing -> {});
    }

    static <T> Promise<T> failed(Loop loop, Throwable failure) {
        Promise<T> promise = loop.promise();
        promise.completeExceptionally(Futures.cause(failure));
        return promise;
    }

    /** Why the store refused, or null if {@code failure} is not its answer. */
    static MetaException.@Nullable Kind kind(@Nullable Throwable failure) {
        return failure != null && Futures.cause(failure) instanceof MetaException refused ? refused.kind() : null;
    }
}
