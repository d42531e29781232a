package io.daybook.benchmarks.load;

import static io.daybook.benchmarks.load.SlowLog.MILLISECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class OpenLoopTest {
    private static final long SECOND = 1000 * MILLISECOND;

    private final VirtualLoop loop = new VirtualLoop();
    private final Gate gate = new Gate();
    private final Payloads payloads = new Payloads(64, 1);

    private OpenLoop open(double rate, int outstandingMax, SlowLog... logs) {
        return open(Pacing.steady(rate), outstandingMax, logs);
    }

    private OpenLoop open(Pacing pacing, int outstandingMax, SlowLog... logs) {
        List<Appending> appending = new ArrayList<>();
        for (SlowLog log : logs) {
            appending.add(new Appending(log, appending.size()));
        }
        return new OpenLoop(loop, appending, pacing, outstandingMax, payloads, loop, gate);
    }

    private static Histogram latencies(OpenLoop open) {
        return Latencies.sum(open.lanes().stream().map(Lane::latencies).toList());
    }

    @Test
    void appendsAtItsRateRoundItsLogs() {
        SlowLog first = new SlowLog(loop, MILLISECOND);
        SlowLog second = new SlowLog(loop, MILLISECOND);
        OpenLoop open = open(1000, 100, first, second);
        gate.measure(true);

        open.start();
        loop.runUntil(10 * SECOND - 1);

        assertThat(open.sent()).isEqualTo(10_000);
        assertThat(first.appended()).hasSize(5000).isSorted().doesNotHaveDuplicates();
        assertThat(second.appended()).hasSize(5000);
        assertThat(open.lanes()).as("two logs, one thread").hasSize(1);
        assertThat(latencies(open).getMaxValue()).isBetween(MILLISECOND, MILLISECOND + MILLISECOND / 500);
    }

    @Test
    void aStallOfOneSecondShowsInEveryAppendThatWasDueMeanwhile() {
        SlowLog log = new SlowLog(loop, MILLISECOND);
        log.stall(5 * SECOND, 6 * SECOND);
        OpenLoop open = open(1000, 100_000, log);
        gate.measure(true);

        open.start();
        loop.runUntil(10 * SECOND + 10 * MILLISECOND);

        Histogram seen = latencies(open);
        assertThat(seen.getTotalCount()).isBetween(10_000L, 10_010L);
        assertThat(seen.getValueAtPercentile(50)).isBetween(MILLISECOND, 2 * MILLISECOND);
        // a tenth of all appends waited, and they waited evenly between nothing and a second
        assertThat(seen.getValueAtPercentile(95)).isBetween(480 * MILLISECOND, 520 * MILLISECOND);
        assertThat(seen.getValueAtPercentile(99)).isBetween(880 * MILLISECOND, 920 * MILLISECOND);
    }

    @Test
    void theSameStallHardlyShowsInAClosedLoopWhichIsWhyThereIsAnOpenOne() {
        SlowLog log = new SlowLog(loop, MILLISECOND);
        log.stall(5 * SECOND, 6 * SECOND);
        ClosedLoop closed = new ClosedLoop(loop, List.of(new Appending(log, 0)), 1, payloads, loop, gate);
        gate.measure(true);

        closed.start();
        loop.runUntil(10 * SECOND);

        assertThat(closed.lane().latencies().getValueAtPercentile(99)).isLessThan(2 * MILLISECOND);
        assertThat(closed.lane().latencies().getMaxValue()).isGreaterThan(SECOND - 10 * MILLISECOND);
    }

    @Test
    void whatIsDueWhileTheWindowIsFullWaitsOnTheClock() {
        SlowLog log = new SlowLog(loop, MILLISECOND);
        log.stall(5 * SECOND, 6 * SECOND);
        OpenLoop open = open(1000, 10, log);
        gate.measure(true);

        open.start();
        loop.runUntil(20 * SECOND);

        assertThat(log.mostOutstanding()).isEqualTo(10);
        assertThat(open.sent()).as("nothing is left out").isBetween(19_999L, 20_001L);
        // 1000 of 20,000 were due in the stall; after it ten go out per millisecond until the backlog is gone
        assertThat(latencies(open).getValueAtPercentile(99)).isGreaterThan(800 * MILLISECOND);
        assertThat(latencies(open).getMaxValue()).isGreaterThan(980 * MILLISECOND);
    }

    @Test
    void isDrainedWhenTheGateIsShutAndTheLastAppendHasEnded() {
        SlowLog log = new SlowLog(loop, 10 * MILLISECOND);
        OpenLoop open = open(1000, 100, log);
        open.start();
        loop.runUntil(100 * MILLISECOND + 1);

        gate.shut();
        loop.runUntil(109 * MILLISECOND);
        assertThat(open.drained()).isNotDone();
        loop.runUntil(120 * MILLISECOND);

        assertThat(open.drained()).isDone();
        assertThat(log.outstanding()).isZero();
    }

    @Test
    void isDrainedEvenIfTheGateIsShutWhileItWaitsForRoom() {
        SlowLog log = new SlowLog(loop, MILLISECOND);
        log.stall(SECOND, 2 * SECOND);
        OpenLoop open = open(1000, 5, log);
        open.start();
        loop.runUntil(SECOND + 500 * MILLISECOND);

        gate.shut();
        loop.runUntil(3 * SECOND);

        assertThat(open.drained()).isDone();
        assertThat(open.sent()).isLessThan(1010);
    }

    @Test
    void pausesAfterEachBurstWhenEachLogHasHadEquallyMany() {
        SlowLog first = new SlowLog(loop, MILLISECOND);
        SlowLog second = new SlowLog(loop, MILLISECOND);
        OpenLoop open = open(Pacing.pausing(1000, 2), 100, first, second); // 20 appends, then 50 ms without

        open.start();
        loop.runUntil(19 * MILLISECOND);
        assertThat(open.sent()).isEqualTo(20);
        loop.runUntil(69 * MILLISECOND);
        assertThat(open.sent()).isEqualTo(20);
        loop.runUntil(70 * MILLISECOND);
        assertThat(open.sent()).isEqualTo(21);

        assertThat(open.dueNanos(20)).isEqualTo(70 * MILLISECOND);
        assertThat(open.dueNanos(40)).isEqualTo(140 * MILLISECOND);
        assertThat(LongStream.range(0, 60).filter(open::beforePause)).containsExactly(18L, 19L, 38L, 39L, 58L, 59L);
        assertThat(first.appended()).hasSize(11);
        assertThat(second.appended()).hasSize(10);
    }

    @Test
    void pausesAfterEveryAppendOfALogAtARateSoLowThatTheyAreFarApart() {
        OpenLoop open =
                open(Pacing.pausing(2, 3), 100, new SlowLog(loop, 1), new SlowLog(loop, 1), new SlowLog(loop, 1));

        assertThat(LongStream.range(0, 6).allMatch(open::beforePause)).isTrue();
        assertThat(open.dueNanos(3)).isEqualTo(1500 * MILLISECOND + 50 * MILLISECOND);
    }

    @Test
    void withoutPausesNoAppendIsTheLastForAWhile() {
        OpenLoop open = open(1000, 100, new SlowLog(loop, 1));

        assertThat(LongStream.range(0, 100).noneMatch(open::beforePause)).isTrue();
    }

    @Test
    void saysWhenARecordOfALogWasDue() {
        SlowLog first = new SlowLog(loop, MILLISECOND);
        SlowLog second = new SlowLog(loop, MILLISECOND);
        OpenLoop open = open(1000, 100, first, second);

        open.start();

        assertThat(open.dueNanos(open.place(0, 0))).isZero();
        assertThat(open.dueNanos(open.place(1, 0))).isEqualTo(MILLISECOND);
        assertThat(open.dueNanos(open.place(0, 5))).isEqualTo(10 * MILLISECOND);
    }
}
