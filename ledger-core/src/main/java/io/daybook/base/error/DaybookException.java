package io.daybook.base.error;

import org.jspecify.annotations.Nullable;

/** Root of all failures that Daybook reports to callers. The message says what failed, which object, and what to do. */
public abstract class DaybookException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Advice advice;

    protected DaybookException(Advice advice, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.advice = advice;
    }

    /** What to do next. */
    public final Advice advice() {
        return advice;
    }
}
