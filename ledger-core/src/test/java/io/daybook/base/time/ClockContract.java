package io.daybook.base.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What every {@link Clock} does. */
public abstract class ClockContract {

    /** The clock under test. */
    protected abstract Clock clock();

    /** Lets a little of the clock's time pass. */
    protected abstract void pass();

    @Test
    void monotonicTimeNeverGoesBack() {
        long last = clock().nanos();
        for (int i = 0; i < 1000; i++) {
            long now = clock().nanos();
            assertThat(now - last).isGreaterThanOrEqualTo(0);
            last = now;
        }
    }

    @Test
    void monotonicTimePasses() {
        long before = clock().nanos();

        pass();

        assertThat(clock().nanos() - before).isPositive();
    }

    @Test
    void wallTimeIsInThisCentury() {
        assertThat(clock().millis()).isBetween(946_684_800_000L, 4_102_444_800_000L);
    }

    @Test
    void aDeadlineExpiresWhenItsTimeHasPassed() {
        Deadline now = Deadline.after(clock(), Duration.ZERO);
        Deadline far = Deadline.after(clock(), Duration.ofHours(1));

        pass();

        assertThat(now.expired(clock())).isTrue();
        assertThat(far.expired(clock())).isFalse();
        assertThat(far.remainingNanos(clock())).isLessThan(Duration.ofHours(1).toNanos());
    }

    @Test
    void aDeadlineOfForeverIsFarAway() {
        Deadline forever = Deadline.after(clock(), Duration.ofSeconds(Long.MAX_VALUE));

        assertThat(forever.remainingNanos(clock()))
                .isGreaterThan(Duration.ofDays(36_000).toNanos());
    }
}
