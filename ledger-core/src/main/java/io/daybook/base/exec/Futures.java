package io.daybook.base.exec;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** The one place where the wrapping that futures put around a failure is taken off. */
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
}
