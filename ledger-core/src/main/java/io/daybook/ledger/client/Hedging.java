package io.daybook.ledger.client;

/**
 * When a read that has no answer is asked of a second bookie as well: after about twice the time within which 99 of 100 answers of its kind come lately, and only
 * one read in twenty, so that bookies that are all slow are not asked twice as much. What is waited at most needs no such leave: a bookie that never answers
 * holds no read up for longer. Belongs to one loop, whose readers share it.
 *
 * <p>A failure is no hedge: who asks the next bookie after an error needs no leave from here.
 */
final class Hedging {
    private static final int SAMPLES_MIN = 64; // before these are known nothing is known
    private static final int SAMPLES_KEPT = 4096; // then all weigh half
    private static final long DELAY_MIN_NANOS = 2_000_000;

    /** Of how many reads one may be hedged, in the long run. */
    static final int READS_PER_HEDGE = 20;

    /** How many hedges may come together after a quiet time. */
    static final int BURST = 10;

    private final long delayMaxNanos;
    private final Latencies single = new Latencies();
    private final Latencies many = new Latencies();
    private int credit = BURST * READS_PER_HEDGE;

    /** @param delayMaxNanos waited at most, and as long as nothing is known */
    Hedging(long delayMaxNanos) {
        this.delayMaxNanos = delayMaxNanos;
    }

    /** A read begins. */
    void onRead() {
        credit = Math.min(BURST * READS_PER_HEDGE, credit + 1);
    }

    /** The first bookie that was asked answered after {@code nanos}; {@code several}: a read of several entries. */
    void onAnswer(boolean several, long nanos) {
        (several ? many : single).add(nanos);
    }

    /** How long a read waits for one bookie. */
    long delayNanos(boolean several) {
        Latencies its = several ? many : single;
        if (its.total < SAMPLES_MIN) {
            return delayMaxNanos;
        }
        return Math.min(delayMaxNanos, Math.max(DELAY_MIN_NANOS, 2 * its.of99()));
    }

    /** How long a read waits for one bookie at most, whether or not it may be hedged. */
    long delayMaxNanos() {
        return delayMaxNanos;
    }

    /** Whether one more read may be hedged now, in which case it counts. */
    boolean tryHedge() {
        if (credit < READS_PER_HEDGE) {
            return false;
        }
        credit -= READS_PER_HEDGE;
        return true;
    }

    /** How often answers took how long, in steps of a quarter of a power of two; older ones weigh less. */
    private static final class Latencies {
        private final int[] counts = new int[4 * 64];
        private int total;

        void add(long nanos) {
            counts[step(Math.max(1, nanos))]++;
            total++;
            if (total >= SAMPLES_KEPT) {
                total = 0;
                for (int i = 0; i < counts.length; i++) {
                    counts[i] /= 2;
                    total += counts[i];
                }
            }
        }

        /** 99 of 100 answers took at most about this, nanoseconds. */
        long of99() {
            int above = total / 100;
            int at = counts.length - 1;
            for (int seen = counts[at]; at > 0 && seen <= above; seen += counts[at]) {
                at--;
            }
            int power = at / 4;
            return power < 2 ? 1L << power : (4L + at % 4 + 1) << (power - 2);
        }

        private static int step(long nanos) {
            int power = 63 - Long.numberOfLeadingZeros(nanos);
            int quarter = power < 2 ? 0 : (int) (nanos >>> (power - 2)) & 3;
            return 4 * power + quarter;
        }
    }
}
