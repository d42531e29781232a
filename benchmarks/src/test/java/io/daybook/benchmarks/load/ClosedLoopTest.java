package io.daybook.benchmarks.load;

import static io.daybook.benchmarks.load.SlowLog.MILLISECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClosedLoopTest {
    private final VirtualLoop loop = new VirtualLoop();
    private final Gate gate = new Gate();
    private final Payloads payloads = new Payloads(64, 1);

    private ClosedLoop closed(int window, LoadLog... logs) {
        List<Appending> appending = new java.util.ArrayList<>();
        for (LoadLog log : logs) {
            appending.add(new Appending(log, appending.size()));
        }
        return new ClosedLoop(loop, appending, window, payloads, loop, gate);
    }

    @Test
    void keepsItsWindowFullAndNeverMore() {
        SlowLog log = new SlowLog(loop, MILLISECOND);
        ClosedLoop closed = closed(10, log);
        gate.measure(true);

        closed.start();
        loop.runUntil(1000 * MILLISECOND);

        assertThat(log.mostOutstanding()).isEqualTo(10);
        assertThat(closed.lane().acknowledged()).isEqualTo(10_000);
        assertThat(closed.lane().latencies().getTotalCount()).isEqualTo(10_000);
        assertThat(closed.lane().latencies().getMaxValue()).isBetween(MILLISECOND, MILLISECOND + MILLISECOND / 500);
    }

    @Test
    void goesRoundItsLogs() {
        SlowLog first = new SlowLog(loop, MILLISECOND);
        SlowLog second = new SlowLog(loop, MILLISECOND);
        SlowLog third = new SlowLog(loop, MILLISECOND);

        closed(6, first, second, third).start();
        loop.runUntil(100 * MILLISECOND + 1);

        for (SlowLog log : List.of(first, second, third)) {
            assertThat(log.mostOutstanding()).isEqualTo(2);
            assertThat(log.appended()).hasSize(202).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void countsNoLatencyBeforeItIsToMeasure() {
        SlowLog log = new SlowLog(loop, MILLISECOND);
        ClosedLoop closed = closed(1, log);

        closed.start();
        loop.runUntil(50 * MILLISECOND);
        gate.measure(true);
        loop.runUntil(60 * MILLISECOND);

        assertThat(closed.lane().acknowledged()).isEqualTo(60);
        assertThat(closed.lane().latencies().getTotalCount()).isEqualTo(10);
    }

    @Test
    void isDrainedWhenTheGateIsShutAndTheLastAppendHasEnded() {
        SlowLog log = new SlowLog(loop, 10 * MILLISECOND);
        ClosedLoop closed = closed(4, log);
        closed.start();
        loop.runUntil(15 * MILLISECOND);

        gate.shut();
        loop.runUntil(19 * MILLISECOND);
        assertThat(closed.drained()).isNotDone();
        loop.runUntil(20 * MILLISECOND);

        assertThat(closed.drained()).isDone();
        assertThat(log.appended()).hasSize(8);
        assertThat(log.outstanding()).isZero();
    }

    @Test
    void stopsAtTheFirstFailureAndTellsIt() {
        SlowLog log = new SlowLog(loop, MILLISECOND);
        log.failAt(20);
        ClosedLoop closed = closed(4, log);

        closed.start();
        loop.runUntil(1000 * MILLISECOND);

        assertThat(gate.failed().join()).hasMessage("no room");
        assertThat(closed.drained()).isDone();
        assertThat(log.appended()).hasSizeLessThan(30);
    }

    @Test
    void aPositionThatIsGivenTwiceEndsTheRun() {
        SlowLog log = new SlowLog(loop, MILLISECOND);
        log.acknowledgeTwiceAt(7);

        closed(1, log).start();
        loop.runUntil(1000 * MILLISECOND);

        assertThat(gate.failed().join())
                .isInstanceOf(VerificationException.class)
                .hasMessageContaining("position 7, but 8");
    }

    @Test
    void needsNoStackForAppendsThatAreAcknowledgedAtOnce() {
        long[] appended = new long[1];
        LoadLog instant = new LoadLog() {
            @Override
            public String id() {
                return "instant";
            }

            @Override
            public Executor lane() {
                return loop;
            }

            @Override
            public void append(Payloads from, int number, long sequence, long token, Acks acks) {
                if (++appended[0] == 1_000_000) {
                    gate.shut();
                }
                acks.done(number, sequence, token, null);
            }

            @Override
            public CompletableFuture<@Nullable Void> close() {
                return CompletableFuture.completedFuture(null);
            }

            @Override
            public void abandon() {}
        };
        ClosedLoop closed = closed(3, instant);

        closed.start();
        loop.runUntil(0);

        assertThat(closed.drained()).isDone();
        assertThat(closed.lane().acknowledged()).isEqualTo(1_000_000);
    }
}
