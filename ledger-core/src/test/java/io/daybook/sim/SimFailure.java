package io.daybook.sim;

/** A run went wrong; the message names the seed that repeats it. */
public final class SimFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long seed;

    SimFailure(long seed, String message, Throwable cause) {
        super("seed " + seed + ": " + message, cause);
        this.seed = seed;
    }

    SimFailure(long seed, String message) {
        super("seed " + seed + ": " + message);
        this.seed = seed;
    }

    /** The seed that repeats the run. */
    public long seed() {
        return seed;
    }
}
