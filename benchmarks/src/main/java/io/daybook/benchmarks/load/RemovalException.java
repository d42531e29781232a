package io.daybook.benchmarks.load;

import io.daybook.base.exec.Futures;
import org.jspecify.annotations.Nullable;

/** Some of the logs that a run made could not be removed again; the message says how many, and what the first failure was, which is the cause. */
public final class RemovalException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param failure null if it is only not known whether those left were ever made */
    RemovalException(int left, int all, String logWord, @Nullable Throwable failure) {
        super(
                "%,d of the %,d %ss that this run made could not be removed: %s"
                        .formatted(left, all, logWord, why(failure)),
                failure == null ? null : Futures.cause(failure));
    }

    private static String why(@Nullable Throwable failure) {
        if (failure == null) {
            return "they were asked for, and no answer came";
        }
        Throwable cause = Futures.cause(failure);
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
