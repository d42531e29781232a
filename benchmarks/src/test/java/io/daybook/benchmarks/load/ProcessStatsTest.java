package io.daybook.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessStatsTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void knowsThisProcess() {
        ProcessStats stats = ProcessStats.ofThis();

        assertThat(stats).isNotNull();
        assertThat(stats.cpu()).isPositive();
        assertThat(stats.cpuCompilers()).isBetween(0.0, stats.cpu() + 1);
        assertThat(stats.resident()).isBetween(10L << 20, 64L << 30);
        assertThat(stats.since(stats).cpu()).isZero();
    }

    @Test
    void knowsNothingOfNobodyOrOfAProcessThatIsGone() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();

        assertThat(ProcessStats.of(List.of())).isNull();
        assertThat(ProcessStats.of(List.of(ProcessHandle.current().pid(), gone.pid())))
                .isNull();
    }
}
