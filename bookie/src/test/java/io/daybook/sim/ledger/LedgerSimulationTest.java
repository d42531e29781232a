package io.daybook.sim.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.time.SystemClock;
import io.daybook.sim.Scenario;
import io.daybook.sim.Scenario.Options;
import io.daybook.sim.ScenarioResult;
import io.daybook.sim.SimRunner;
import io.daybook.sim.SimRunner.Summary;
import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The ledger layer under random schedules; {@code ./daybook simulate --layer ledger --seed S} replays one. */
final class LedgerSimulationTest {
    private static final long FIRST_SEED = 20_260_101;
    private static final Options QUICK = new Options(0, false);
    private static final int MUTANT_RUNS = 2_000;
    private static final int THREADS = 2;

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    @BeforeEach
    void crashesLoseBuffers() { // a node that dies does not release what it holds
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void leaksCountAgain() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void noInvariantBreaksInTwentyThousandSchedules() {
        holds(new LedgerScenario(), 20_000);
    }

    @Test
    void noInvariantBreaksInFiveHundredSchedulesOnDisks() {
        holds(new StorageScenario(), 500);
    }

    private static void holds(Scenario scenario, int runs) {
        Summary summary =
                new SimRunner(SystemClock.INSTANCE, System.out, THREADS).run(scenario, FIRST_SEED, runs, QUICK);

        System.out.println(summary);
        assertThat(summary.failedSeeds()).isEmpty();
    }

    @Test
    void aSeedTellsTheSameStoryTwice() {
        assertThat(hashes(new LedgerScenario()))
                .isEqualTo(hashes(new LedgerScenario()))
                .doesNotHaveDuplicates();
    }

    /** The others of {@link Mutant} need more schedules than a build has time for; docs/simulator.md says how many. */
    @ParameterizedTest
    @EnumSource(
            value = Mutant.class,
            names = {
                "ACKS_BEFORE_SYNC",
                "UNKNOWN_LEDGER_NOT_FENCED",
                "DUPLICATE_FROM_MEMORY",
                "FENCE_IN_MEMORY",
                "KEEPS_ACKS",
                "CLOSES_AT_LAST_PUSHED",
                "JUMPS_GAPS",
                "LIST_BEFORE_COMMIT",
                "CONFIRMS_DURING_CHANGE",
                "CLOSES_OVER_RECOVERY",
                "SEALS_EARLY",
                "SEALS_BLINDLY",
                "STARTS_BELOW",
                "COMMITS_EARLY",
                "CHANGES_AND_SEALS_OVER",
                "NOTHING_FENCES",
                "BLIND_WRITES"
            })
    void findsAPlantedBug(Mutant mutant) {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + MUTANT_RUNS; seed++) {
            if (!new LedgerScenario(mutant).run(seed, QUICK).passed()) {
                return;
            }
        }
        throw new AssertionError("%s was not found in %d schedules".formatted(mutant, MUTANT_RUNS));
    }

    private static List<Long> hashes(Scenario scenario) {
        List<Long> hashes = new ArrayList<>();
        for (long seed = FIRST_SEED; seed < FIRST_SEED + 50; seed++) {
            ScenarioResult result = scenario.run(seed, QUICK);
            hashes.add(result.traceHash());
        }
        return hashes;
    }
}
