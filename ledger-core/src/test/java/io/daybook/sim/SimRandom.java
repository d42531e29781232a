package io.daybook.sim;

/** Repeatable random numbers: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). */
public final class SimRandom {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    public SimRandom(long seed) {
        this.state = seed;
    }

    /** Spreads the bits of {@code x}; a bijection. */
    static long mix(long x) {
        long z = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Goes on as a new source of this seed would. */
    void restart(long seed) {
        state = seed;
    }

    /** A source of its own for {@code purpose}: drawing from it does not change what this one draws. */
    public SimRandom split(String purpose) {
        return new SimRandom(mix(state ^ mix(purpose.hashCode() + GAMMA)));
    }

    public long nextLong() {
        state += GAMMA;
        return mix(state);
    }

    /** From 0 to {@code bound} − 1. */
    public int below(int bound) {
        return (int) (((nextLong() >>> 32) * bound) >>> 32);
    }

    /** From {@code min} to {@code max}, both included. */
    public long between(long min, long max) {
        return min + Long.remainderUnsigned(nextLong() >>> 1, max - min + 1);
    }

    /** From {@code min} (1 or more) to {@code max}, each order of magnitude as likely as any other. */
    public long magnitude(long min, long max) {
        double log = Math.log(min) + (Math.log(max) - Math.log(min)) * unit();
        return Math.min(max, Math.max(min, Math.round(Math.exp(log))));
    }

    /** True {@code rate} times in a million. */
    public boolean chance(int rate) {
        return rate > 0 && below(1_000_000) < rate;
    }

    /** True half of the time. */
    public boolean flip() {
        return nextLong() < 0;
    }

    private double unit() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }
}
