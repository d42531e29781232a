package io.daybook.base.error;

/** Preconditions and invariants; always on, also in production. */
public final class Check {
    private Check() {}

    /** Throws IllegalArgumentException, a caller's mistake, unless {@code ok}. */
    public static void argument(boolean ok, String format, Object... values) {
        if (!ok) {
            throw new IllegalArgumentException(format.formatted(values));
        }
    }

    /** Throws {@link BrokenInvariantException}, a bug of ours that must stop the component, unless {@code ok}. */
    public static void state(boolean ok, String format, Object... values) {
        if (!ok) {
            throw new BrokenInvariantException(format.formatted(values));
        }
    }
}
