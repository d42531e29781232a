package io.daybook.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.time.Clock;
import io.daybook.base.time.SystemClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WorkloadsTest {
    /** Lets no phase end before bursts and pauses were in it, however late a busy machine is. */
    private static final Watch UNTIL_ENOUGH = new Watch() {
        private static final int RECORDS = 100; // bursts have 40

        @Override
        public void begin(String task, String unit, long total) {}

        @Override
        public void at(long done) {}

        @Override
        public boolean told() {
            return false;
        }

        @Override
        public void pause(Clock clock, long nanos, CompletableFuture<Throwable> failed, LongSupplier done) {
            Watch.super.pause(clock, nanos, failed, done);
            while (done.getAsLong() < RECORDS) {
                Watch.super.pause(clock, TICK_NANOS / 10, failed, done);
            }
        }
    };

    private final MemoryTarget target = new MemoryTarget();

    @AfterEach
    void close() {
        target.close();
    }

    private LoadRun run(double rate, int logs, Watch watch) {
        LoadPlan plan = new LoadPlan(100, 50, rate, logs, 100_000, Duration.ofMillis(20), Duration.ofMillis(60));
        return new LoadRun(target, Servers.UNKNOWN, plan, watch, SystemClock.INSTANCE, 1);
    }

    private LoadRun run(double rate, int logs) {
        return run(rate, logs, Watch.NOBODY);
    }

    @Test
    void everyWorkloadVerifiesEverythingItWroteAndRemovesWhatItMade() {
        for (Workload work : List.of(new WriteLoad(), new ReadLoad(), new MixedLoad(), new RecoveryLoad())) {
            LoadRun run = run(0, 3);

            LoadResult result = work.run(run);
            run.removeAll(Watch.NOBODY);

            assertThat(result.problem()).isNull();
            assertThat((Long) result.figures().get("acknowledged")).isPositive();
            assertThat(result.verified())
                    .isGreaterThanOrEqualTo((Long) result.figures().get("acknowledged"));
            assertThat(run.left()).isZero();
        }
        assertThat(target.deleted()).isEqualTo(target.made());
    }

    @Test
    void aPacedWriteKeepsItsRateAndTellsLatencies() {
        LoadResult result = new WriteLoad().run(run(2000, 2));

        assertThat((Long) result.figures().get("entries")).isPositive();
        assertThat(result.figures())
                .containsEntry("case", "ledger/write/100B/r2000/l2")
                .containsKeys(
                        "P50us", "P99us", "P999us", "MaxUs", "MeanUs", "entriesPerS", "MBs", "clientCpuUsPerEntry")
                .doesNotContainKey("serverCpuUsPerEntry");
        assertThat(result.curves().get("append").getTotalCount()).isPositive();
    }

    @Test
    void aTailSeesEveryRecordAndTimesItsDelivery() {
        LoadResult result = new TailLoad().run(run(2000, 2));

        assertThat(result.problem()).isNull();
        assertThat(result.figures()).containsEntry("missed", 0L).containsKeys("P99us", "e2eP99us");
        assertThat(result.verified()).isEqualTo((Long) result.figures().get("acknowledged"));
        assertThat(result.curves().get("delivery").getTotalCount()).isPositive();
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void aTailTimesTheLastRecordBeforeEachPauseWithoutAnotherThatCouldBringIt() {
        target.deliverWithTheNext(true); // as a system does whose readers learn of a record with the one after it

        LoadResult late = new TailLoad().run(run(2000, 1, UNTIL_ENOUGH));
        target.deliverWithTheNext(false);
        LoadResult atOnce = new TailLoad().run(run(2000, 1, UNTIL_ENOUGH));

        assertThat((Long) late.figures().get("pauses")).isPositive();
        assertThat((Double) late.figures().get("lastP50us")).isGreaterThan(50_000);
        assertThat(late.curves().get("last before a pause").getMinValue()).isGreaterThan(50_000_000);
        assertThat(late.curves().get("delivery").getMinValue()).isLessThan(50_000_000);
        assertThat((Long) atOnce.figures().get("pauses")).isPositive();
        assertThat(atOnce.curves().get("last before a pause").getMinValue()).isLessThan(50_000_000);
    }

    @Test
    void aRecordThatIsLostOrDamagedIsAProblemOfTheResult() {
        target.tamper(records -> {
            records.remove(records.size() / 2);
            return records;
        });
        for (Workload work : List.of(new WriteLoad(), new ReadLoad(), new MixedLoad(), new RecoveryLoad())) {
            assertThat(work.run(run(0, 2)).problem()).as("%s", work).contains("is missing");
        }

        target.tamper(records -> {
            records.get(records.size() - 1)[50]++;
            return records;
        });
        for (Workload work : List.of(new WriteLoad(), new ReadLoad(), new MixedLoad(), new RecoveryLoad())) {
            assertThat(work.run(run(0, 2)).problem()).as("%s", work).contains("is damaged");
        }
    }

    @Test
    void aRunThatIsToldToEndEndsAndKnowsWhatItMade() {
        Watch impatient = new Watch() {
            private int looks;

            @Override
            public void begin(String task, String unit, long total) {}

            @Override
            public void at(long done) {}

            @Override
            public boolean told() {
                return ++looks > 0;
            }
        };
        LoadPlan plan = new LoadPlan(100, 50, 0, 3, 1000, Duration.ZERO, Duration.ofHours(1));
        LoadRun run = new LoadRun(target, Servers.UNKNOWN, plan, impatient, SystemClock.INSTANCE, 1);

        assertThatThrownBy(() -> new WriteLoad().run(run)).isInstanceOf(CancellationException.class);
        assertThat(run.left()).isEqualTo(target.made()).isPositive();
    }
}
