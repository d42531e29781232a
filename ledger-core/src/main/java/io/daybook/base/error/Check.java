package io.daybook.base.error;

/**
 * Preconditions and invariants; always on, also in production. The forms for numbers make no garbage as long as all is well: as objects, they
 * would be made for each check.
 */
public final class Check {
    private Check() {}

    /** Throws IllegalArgumentException, a caller's mistake, unless {@code ok}. */
    public static void argument(boolean ok, String format, Object... values) {
        if (!ok) {
            throw new IllegalArgumentException(format.formatted(values));
        }
    }

    /** As {@link #argument(boolean, String, Object...)}, for one number. */
    public static void argument(boolean ok, String format, long value) {
        if (!ok) {
            throw new IllegalArgumentException(format.formatted(value));
        }
    }

    /** As {@link #argument(boolean, String, Object...)}, for two numbers. */
    public static void argument(boolean ok, String format, long value, long another) {
        if (!ok) {
            throw new IllegalArgumentException(format.formatted(value, another));
        }
    }

    /** Throws {@link BrokenInvariantException}, a bug of ours that must stop the component, unless {@code ok}. */
    public static void state(boolean ok, String format, Object... values) {
        if (!ok) {
            throw new BrokenInvariantException(format.formatted(values));
        }
    }

    /** As {@link #state(boolean, String, Object...)}, for one number. */
    public static void state(boolean ok, String format, long value) {
        if (!ok) {
            throw new BrokenInvariantException(format.formatted(value));
        }
    }

    /** As {@link #state(boolean, String, Object...)}, for two numbers. */
    public static void state(boolean ok, String format, long value, long another) {
        if (!ok) {
            throw new BrokenInvariantException(format.formatted(value, another));
        }
    }

    /** As {@link #state(boolean, String, Object...)}, for three numbers. */
    public static void state(boolean ok, String format, long value, long another, long third) {
        if (!ok) {
            throw new BrokenInvariantException(format.formatted(value, another, third));
        }
    }
}
