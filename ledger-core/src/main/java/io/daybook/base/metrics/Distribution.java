package io.daybook.base.metrics;

/** What one or more {@link Timer}s had recorded at one moment; nanoseconds. */
public final class Distribution {
    static final Distribution EMPTY = new Distribution(new long[0], 0, 0, 0);

    private final long[] counts;
    private final long count;
    private final long sumNanos;
    private final long maxNanos;

    Distribution(long[] counts, long count, long sumNanos, long maxNanos) {
        this.counts = counts;
        this.count = count;
        this.sumNanos = sumNanos;
        this.maxNanos = maxNanos;
    }

    /** How many durations. */
    public long count() {
        return count;
    }

    /** All durations together. */
    public long sumNanos() {
        return sumNanos;
    }

    /** The longest duration, 0 if there is none. */
    public long maxNanos() {
        return maxNanos;
    }

    /** The duration that the share {@code q} (0 to 1) does not exceed, at most an eighth too high; 0 if there is none. */
    public long quantileNanos(double q) {
        long rank = Math.max(1, (long) Math.ceil(q * count));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return Math.min(maxNanos, Timer.upperBound(i));
            }
        }
        return 0;
    }

    /** A copy of the buckets, with room for {@code n}. */
    long[] counts(int n) {
        long[] copy = new long[n];
        System.arraycopy(counts, 0, copy, 0, counts.length);
        return copy;
    }
}
