package io.daybook.base.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void addsUpTheMetersOfOneName() {
        Counter first = metrics.counter("daybook.test.entries", "journal", "0");
        Counter second = metrics.counter("daybook.test.entries", "journal", "0");
        Counter other = metrics.counter("daybook.test.entries", "journal", "1");

        first.increment();
        second.add(5);
        other.increment();

        assertThat(metrics.read())
                .containsExactly(
                        new Metrics.Reading.Count("daybook.test.entries", List.of("journal", "0"), 6),
                        new Metrics.Reading.Count("daybook.test.entries", List.of("journal", "1"), 1));
    }

    @Test
    void showsTheLevelOfAGauge() {
        Gauge queued = metrics.gauge("daybook.test.queued.bytes");

        queued.set(100);
        queued.add(-30);

        assertThat(metrics.read())
                .containsExactly(new Metrics.Reading.Level("daybook.test.queued.bytes", List.of(), 70));
    }

    @Test
    void addsUpDurations() {
        Timer first = metrics.timer("daybook.test.sync.seconds");
        Timer second = metrics.timer("daybook.test.sync.seconds");

        for (int i = 1; i <= 99; i++) {
            first.record(1_000);
        }
        second.record(50_000);

        Metrics.Reading.Durations reading =
                (Metrics.Reading.Durations) metrics.read().get(0);
        assertThat(reading.distribution().count()).isEqualTo(100);
        assertThat(reading.distribution().sumNanos()).isEqualTo(149_000);
        assertThat(reading.distribution().maxNanos()).isEqualTo(50_000);
        assertThat(reading.distribution().quantileNanos(0.5)).isBetween(1_000L, 1_125L);
        assertThat(reading.distribution().quantileNanos(1)).isEqualTo(50_000);
    }

    @Test
    void hasNoQuantileOfNothing() {
        assertThat(metrics.timer("daybook.test.seconds").read().quantileNanos(0.99))
                .isZero();
    }

    @Test
    void refusesHalfATag() {
        assertThatThrownBy(() -> metrics.counter("daybook.test.entries", "journal"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("daybook.test.entries");
    }

    @Property(tries = 2000)
    void everyDurationIsInABucketAnEighthWide(@ForAll @LongRange(min = 0) long nanos) {
        int bucket = Timer.bucket(nanos);

        assertThat(nanos).isLessThanOrEqualTo(Timer.upperBound(bucket));
        assertThat(Timer.upperBound(bucket) - nanos).isLessThanOrEqualTo(nanos / 8);
        if (bucket > 0) {
            assertThat(nanos).isGreaterThan(Timer.upperBound(bucket - 1));
        }
    }
}
