package io.daybook.base.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How often something happened and how long it took, in nanoseconds. Written by one loop, read by anyone a moment later.
 *
 * <p>Durations fall into buckets that are an eighth of a power of two wide, so a quantile is at most an eighth too high.
 */
public final class Timer {
    private static final int SUB_BITS = 3;
    private static final int SUB = 1 << SUB_BITS;
    private static final int BUCKETS = (64 - SUB_BITS) * SUB;
    private static final int SUM = BUCKETS; // behind the buckets
    private static final int MAX = BUCKETS + 1;

    private final AtomicLongArray cells = new AtomicLongArray(BUCKETS + 2);

    Timer() {}

    /** It happened once more and took {@code nanos}; a negative time counts as 0. */
    public void record(long nanos) {
        long time = Math.max(0, nanos);
        int bucket = bucket(time);
        cells.setOpaque(bucket, cells.getPlain(bucket) + 1);
        cells.setOpaque(SUM, cells.getPlain(SUM) + time);
        if (time > cells.getPlain(MAX)) {
            cells.setOpaque(MAX, time);
        }
    }

    /** A reading of this timer alone. */
    public Distribution read() {
        return addTo(Distribution.EMPTY);
    }

    Distribution addTo(Distribution other) {
        long[] counts = other.counts(BUCKETS);
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] += cells.getOpaque(i);
            count += counts[i];
        }
        return new Distribution(
                counts,
                count,
                other.sumNanos() + cells.getOpaque(SUM),
                Math.max(other.maxNanos(), cells.getOpaque(MAX)));
    }

    static int bucket(long nanos) {
        if (nanos < SUB) {
            return (int) nanos;
        }
        int exponent = 63 - Long.numberOfLeadingZeros(nanos);
        int sub = (int) (nanos >>> (exponent - SUB_BITS)) & (SUB - 1);
        return (exponent - SUB_BITS + 1) * SUB + sub;
    }

    /** The largest duration that falls into {@code bucket}. */
    static long upperBound(int bucket) {
        if (bucket < SUB) {
            return bucket;
        }
        int exponent = bucket / SUB + SUB_BITS - 1;
        long sub = bucket % SUB;
        return ((SUB + sub + 1) << (exponent - SUB_BITS)) - 1;
    }
}
