package io.daybook.benchmarks.load;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How latencies are kept and told: nanoseconds to three digits, up to two minutes; reported in microseconds. */
public final class Latencies {
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final int DIGITS = 3;

    private Latencies() {}

    /** An empty histogram of nanoseconds. */
    static Histogram histogram() {
        return new Histogram(MAX_NANOS, DIGITS);
    }

    /** What a histogram can hold of {@code nanos}. */
    static long bounded(long nanos) {
        return Math.max(0, Math.min(MAX_NANOS, nanos));
    }

    /** All of {@code parts} in one. */
    static Histogram sum(Iterable<Histogram> parts) {
        Histogram all = histogram();
        parts.forEach(all::add);
        return all;
    }

    /** Adds the figures of {@code latencies} to {@code row} as P50us, P95us, P99us, P999us, MaxUs and MeanUs behind {@code prefix}. */
    static void put(Map<String, Object> row, String prefix, Histogram latencies) {
        row.put(prefix + "P50us", micros(latencies.getValueAtPercentile(50)));
        row.put(prefix + "P95us", micros(latencies.getValueAtPercentile(95)));
        row.put(prefix + "P99us", micros(latencies.getValueAtPercentile(99)));
        row.put(prefix + "P999us", micros(latencies.getValueAtPercentile(99.9)));
        row.put(prefix + "MaxUs", micros(latencies.getMaxValue()));
        row.put(prefix + "MeanUs", micros(latencies.getMean()));
    }

    private static double micros(double nanos) {
        return Figures.round(nanos / 1e3, 1);
    }
}
