package io.daybook.benchmarks.load;

import java.time.Duration;

/**
 * How much of what.
 *
 * @param size bytes of each record
 * @param window appends outstanding on all logs together; with a rate, the most that may be
 * @param rate appends a second on all logs together, 0 for as many as the window lets through
 * @param logs ledgers or streams
 * @param volume bytes that are written first, for loads that read
 * @param warmup how long the load runs before anything counts
 * @param duration how long it counts
 */
public record LoadPlan(int size, int window, double rate, int logs, long volume, Duration warmup, Duration duration) {

    public LoadPlan {
        require(
                size >= Payloads.HEAD_BYTES && size <= 4 << 20,
                "a size of %d is outside 8, the bytes that name a record, and 4 MiB",
                size);
        require(window >= 1 && window <= 10_000_000, "a window of %d is outside 1 and 10,000,000", window);
        require(rate >= 0 && rate <= 1e8, "a rate of %s is outside 0 and 100,000,000 a second", rate);
        require(logs >= 1 && logs <= 100_000, "%d ledgers or streams are outside 1 and 100,000", logs);
        require(
                rate > 0 || window >= logs,
                "a window of %d does not reach for %d ledgers or streams; give it at least one append for each",
                window,
                logs);
        require(volume >= size, "a volume of %d bytes does not hold one record", volume);
        require(!warmup.isNegative(), "a warm-up of %s is negative", warmup);
        require(duration.toMillis() >= 1, "a duration of %s is too short to measure anything", duration);
    }

    private static void require(boolean holds, String sentence, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(sentence.formatted(values));
        }
    }

    /** The same with an open loop. */
    public LoadPlan atRate(double perSecond, int outstandingMax) {
        return new LoadPlan(size, outstandingMax, perSecond, logs, volume, warmup, duration);
    }

    boolean paced() {
        return rate > 0;
    }

    /** How a case of this plan is called, such as {@code ledger/write/1024B/w1000/l1}. */
    public String caseName(String target, String work) {
        String load = paced() ? "r" + (rate == Math.rint(rate) ? Long.toString((long) rate) : rate) : "w" + window;
        return "%s/%s/%dB/%s/l%d".formatted(target, work, size, load, logs);
    }
}
