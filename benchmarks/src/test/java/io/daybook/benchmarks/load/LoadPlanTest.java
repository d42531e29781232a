package io.daybook.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LoadPlanTest {
    private static LoadPlan plan(int size, int window, double rate, int logs, long volume, Duration duration) {
        return new LoadPlan(size, window, rate, logs, volume, Duration.ZERO, duration);
    }

    @Test
    void namesItsCaseAsThePeersDo() {
        Duration second = Duration.ofSeconds(1);

        assertThat(plan(1024, 1000, 0, 1, 1 << 20, second).caseName("ledger", "write"))
                .isEqualTo("ledger/write/1024B/w1000/l1");
        assertThat(plan(100, 10, 500, 4, 1 << 20, second).caseName("stream", "tail"))
                .isEqualTo("stream/tail/100B/r500/l4");
    }

    @Test
    void refusesWhatCannotBeDone() {
        Duration second = Duration.ofSeconds(1);

        assertThatThrownBy(() -> plan(7, 1, 0, 1, 1 << 20, second)).hasMessageContaining("size of 7");
        assertThatThrownBy(() -> plan(5 << 20, 1, 0, 1, 1 << 30, second)).hasMessageContaining("size");
        assertThatThrownBy(() -> plan(8, 0, 0, 1, 1 << 20, second)).hasMessageContaining("window of 0");
        assertThatThrownBy(() -> plan(8, 3, 0, 4, 1 << 20, second))
                .hasMessageContaining("window of 3", "4 ledgers or streams");
        assertThatThrownBy(() -> plan(8, 1, -1, 1, 1 << 20, second)).hasMessageContaining("rate");
        assertThatThrownBy(() -> plan(8, 1, 0, 0, 1 << 20, second)).hasMessageContaining("0 ledgers or streams");
        assertThatThrownBy(() -> plan(8, 1, 0, 1, 7, second)).hasMessageContaining("volume of 7");
        assertThatThrownBy(() -> plan(8, 1, 0, 1, 1 << 20, Duration.ZERO)).hasMessageContaining("duration");
    }
}
