package io.daybook.base.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class DurationsTest {

    @Test
    void readsEveryUnit() {
        assertThat(Durations.parse("7ns")).isEqualTo(Duration.ofNanos(7));
        assertThat(Durations.parse("7us")).isEqualTo(Duration.ofNanos(7_000));
        assertThat(Durations.parse("5ms")).isEqualTo(Duration.ofMillis(5));
        assertThat(Durations.parse("10s")).isEqualTo(Duration.ofSeconds(10));
        assertThat(Durations.parse("10 min")).isEqualTo(Duration.ofMinutes(10));
        assertThat(Durations.parse("1h")).isEqualTo(Duration.ofHours(1));
        assertThat(Durations.parse("7d")).isEqualTo(Duration.ofDays(7));
    }

    @Test
    void saysWhatToWriteInstead() {
        refuses("10", "the unit is missing");
        refuses("10m", "did you mean min?");
        refuses("10sec", "did you mean s?");
        refuses("soon", "write a whole number with its unit");
        refuses("10fortnights", "the unit is one of ns, us, ms, s, min, h, d");
        refuses("1000000000d", "too large");
    }

    @Test
    void writesTheLargestUnitThatFits() {
        assertThat(Durations.format(Duration.ZERO)).isEqualTo("0s");
        assertThat(Durations.format(Duration.ofSeconds(90))).isEqualTo("90s");
        assertThat(Durations.format(Duration.ofMinutes(120))).isEqualTo("2h");
        assertThat(Durations.format(Duration.ofNanos(1_500))).isEqualTo("1500ns");
    }

    @Property(tries = 500)
    void readsWhatItWrites(@ForAll @LongRange(min = 0) long nanos) {
        assertThat(Durations.parse(Durations.format(Duration.ofNanos(nanos)))).isEqualTo(Duration.ofNanos(nanos));
    }

    private static void refuses(String text, String sentence) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining(sentence);
    }
}
