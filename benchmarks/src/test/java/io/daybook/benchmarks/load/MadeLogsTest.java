package io.daybook.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.time.SystemClock;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class MadeLogsTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final AskedTarget target = new AskedTarget();

    private LoadRun run(Watch watch) {
        LoadPlan plan = new LoadPlan(100, 100, 0, 100, 1000, Duration.ZERO, Duration.ofSeconds(1));
        return new LoadRun(target, Servers.UNKNOWN, plan, watch, SystemClock.INSTANCE, 1);
    }

    /** Does {@code then} whenever somebody has waited for a while. */
    private static Watch waiting(boolean told, Runnable then) {
        return new Watch() {
            @Override
            public void begin(String task, String unit, long total) {}

            @Override
            public void at(long done) {
                then.run();
            }

            @Override
            public boolean told() {
                return told;
            }
        };
    }

    @Test
    void allAreTriedThoughSomeCannotBeRemovedAndThoseAreStillCounted() {
        MadeLogs made = new MadeLogs(target);
        for (int i = 0; i < 200; i++) {
            made.create();
        }
        target.answerAll();
        target.stuck(id -> Integer.parseInt(id) % 50 == 0);

        assertThatThrownBy(() -> made.remove(Watch.NOBODY, LONG))
                .isInstanceOf(RemovalException.class)
                .hasMessage("4 of the 200 ledgers that this run made could not be removed: log 0 is stuck")
                .hasCauseInstanceOf(IllegalStateException.class);

        assertThat(target.logs()).containsExactly("0", "100", "150", "50");
        assertThat(made.count()).isEqualTo(4);
        target.stuck(id -> false);
        made.remove(Watch.NOBODY, LONG);
        assertThat(made.count()).isZero();
        assertThat(target.logs()).isEmpty();
    }

    @Test
    void logsThatComeToBeAfterTheRunWasToldToEndAreRemoved() {
        LoadRun run = run(waiting(true, () -> {}));

        assertThatThrownBy(() -> run.create(100)).isInstanceOf(CancellationException.class);
        assertThat(target.asked()).isEqualTo(64);
        assertThat(run.left()).isEqualTo(64);
        run.removeAll(waiting(false, target::answerAll));

        assertThat(target.logs()).isEmpty();
        assertThat(run.left()).isZero();
    }

    @Test
    void logsThatWereUnderWayWhenOneFailedAreRemoved() {
        LoadRun run = run(waiting(false, () -> {
            target.refuse(0);
            target.answerAll();
        }));

        assertThatThrownBy(() -> run.create(100))
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("no bookie for log 0");
        assertThat(target.logs()).hasSize(63);
        assertThat(run.left()).isEqualTo(63);
        run.removeAll(Watch.NOBODY);

        assertThat(target.logs()).isEmpty();
        assertThat(run.left()).isZero();
    }

    @Test
    void aTargetThatNeverAnswersIsWaitedForNoLongerThanPatienceLasts() {
        MadeLogs made = new MadeLogs(target);
        made.create();
        made.create();
        target.refuse(0);

        assertThatThrownBy(() -> made.remove(Watch.NOBODY, Duration.ofMillis(1)))
                .isInstanceOf(RemovalException.class)
                .hasMessageContaining("1 of the 1 ledgers")
                .hasMessageContaining("no answer came");

        target.answerAll();
        assertThat(made.count()).isEqualTo(1);
        made.remove(Watch.NOBODY, LONG);
        assertThat(target.logs()).isEmpty();
    }
}
