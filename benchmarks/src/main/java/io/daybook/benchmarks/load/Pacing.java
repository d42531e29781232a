package io.daybook.benchmarks.load;

import java.util.concurrent.TimeUnit;

/**
 * When each append of an open loop is due: a fixed time after the one before it, and, if there are pauses, so much later after each burst.
 *
 * @param nanosPerAppend from one append to the next within a burst
 * @param burst appends from one pause to the next; {@link Long#MAX_VALUE} for no pauses
 * @param pauseNanos how much longer the first append of a burst is waited for
 */
record Pacing(double nanosPerAppend, long burst, long pauseNanos) {
    private static final double BURST_SECONDS = 0.02;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Without pauses, at {@code rate} appends a second. */
    static Pacing steady(double rate) {
        return new Pacing(1e9 / rate, Long.MAX_VALUE, 0);
    }

    /** A pause of 50 ms after about 20 ms at {@code rate}, when each of {@code logs} has had equally many appends, at least one. */
    static Pacing pausing(double rate, int logs) {
        long rounds = Math.max(1, Math.round(rate * BURST_SECONDS / logs));
        return new Pacing(1e9 / rate, rounds * logs, PAUSE_NANOS);
    }

    /** When append {@code n} is due, counted from append 0. */
    long dueNanos(long n) {
        return (long) (n * nanosPerAppend) + n / burst * pauseNanos;
    }

    /** Whether append {@code n}, given round robin to {@code logs}, is the last of its log before a pause. */
    boolean beforePause(long n, int logs) {
        return burst < Long.MAX_VALUE && n % burst >= burst - logs;
    }
}
