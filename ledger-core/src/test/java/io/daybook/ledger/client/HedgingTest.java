package io.daybook.ledger.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HedgingTest {
    private static final long MILLI = 1_000_000;

    private final Hedging hedging = new Hedging(200 * MILLI);

    @Test
    void waitsAsLongAsItMayUntilItKnowsWhatIsUsual() {
        assertThat(hedging.delayNanos(false)).isEqualTo(200 * MILLI);

        answers(100, 4 * MILLI);

        assertThat(hedging.delayNanos(false)).isBetween(8 * MILLI, 10 * MILLI);
        assertThat(hedging.delayNanos(true)).isEqualTo(200 * MILLI); // another kind of read
    }

    @Test
    void oneSlowAnswerInAHundredIsUsualMoreAreNot() {
        answers(990, 4 * MILLI);
        answers(5, 50 * MILLI);
        assertThat(hedging.delayNanos(false)).isLessThan(12 * MILLI);

        answers(50, 50 * MILLI);
        assertThat(hedging.delayNanos(false)).isBetween(100 * MILLI, 130 * MILLI);
    }

    @Test
    void forgetsHowItWas() {
        answers(4000, 50 * MILLI);

        answers(60_000, MILLI);

        assertThat(hedging.delayNanos(false)).isLessThan(5 * MILLI);
    }

    @Test
    void staysWithinItsBounds() {
        answers(1000, 1);
        assertThat(hedging.delayNanos(false)).isEqualTo(2 * MILLI);

        answers(10_000, Long.MAX_VALUE / 4);
        assertThat(hedging.delayNanos(false)).isEqualTo(200 * MILLI);
    }

    @Test
    void hedgesOneReadInTwentyAfterAFewAtOnce() {
        int hedged = 0;
        for (int i = 0; i < 10_000; i++) {
            hedging.onRead();
            hedged += hedging.tryHedge() ? 1 : 0;
        }

        assertThat(hedged).isBetween(500, 510);
    }

    private void answers(int count, long nanos) {
        for (int i = 0; i < count; i++) {
            hedging.onAnswer(false, nanos);
        }
    }
}
