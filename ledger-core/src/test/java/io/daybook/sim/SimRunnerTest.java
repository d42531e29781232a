package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.time.SystemClock;
import io.daybook.sim.Scenario.Options;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class SimRunnerTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final SimRunner runner =
            new SimRunner(SystemClock.INSTANCE, new PrintStream(written, true, StandardCharsets.UTF_8));

    private enum Mark {
        TIMER
    }

    /** Fails for every seed that ends in 3. */
    private static final Consumer<SimWorld> UNLUCKY = world -> {
        SimLoop loop = world.node("n1").loop("loop-0");
        loop.schedule(1_000, () -> {
            world.node("n1").probe().reached(Mark.TIMER);
            if (world.seed() % 10 == 3) {
                throw new IllegalStateException("an unlucky seed");
            }
        });
        world.runFor(Duration.ofMillis(1));
    };

    @Test
    void namesTheSeedsThatFailAndHowToReplayThem() {
        SimRunner.Summary summary = runner.run(scenario(UNLUCKY), 1, 20, Options.USUAL);

        assertThat(summary.failedSeeds()).containsExactly(3L, 13L);
        assertThat(summary.runs()).isEqualTo(20);
        assertThat(summary.reached()).containsEntry("Mark.TIMER", 20L);
        assertThat(summary.passed()).isFalse();
        assertThat(text()).contains("seed 3 failed", "an unlucky seed", "./daybook simulate --layer ledger --seed 13");
    }

    @Test
    void stopsAfterTenFailures() {
        SimRunner.Summary summary = runner.run(scenario(UNLUCKY), 0, 100_000, Options.USUAL);

        assertThat(summary.failedSeeds()).hasSize(10);
        assertThat(summary.runs()).isEqualTo(94);
    }

    @Test
    void replaysAFailureWithItsLastEvents() {
        ScenarioResult result = runner.replay(scenario(UNLUCKY), 13, Options.USUAL);

        assertThat(result.passed()).isFalse();
        assertThat(text()).contains("n1/loop-0", "timer", "seed 13 FAILED", "an unlucky seed", "trace hash");
    }

    @Test
    void replaysASuccessInOneLine() {
        assertThat(runner.replay(scenario(UNLUCKY), 12, Options.USUAL).passed()).isTrue();

        assertThat(text().lines()).singleElement().asString().contains("seed 12 passed");
    }

    @Test
    void refusesAScenarioThatDoesNotRepeatItself() {
        long[] runs = new long[1];
        Scenario moody = scenario(world -> world.note("moody", "run", runs[0]++, 0));

        assertThatThrownBy(() -> runner.replay(moody, 5, Options.USUAL))
                .isInstanceOf(SimFailure.class)
                .hasMessageContaining("did not repeat itself");
    }

    @Test
    void anObserverEndsARunAtTheEventThatBrokeTheRule() {
        ScenarioResult result = scenario(world -> {
                    SimLoop loop = world.node("n1").loop("loop-0");
                    int[] counter = new int[1];
                    world.observe(it -> {
                        if (counter[0] > 3) {
                            throw new AssertionError("the counter passed 3");
                        }
                    });
                    for (int i = 0; i < 10; i++) {
                        loop.schedule(1_000_000L * i, () -> counter[0]++);
                    }
                    world.runFor(Duration.ofSeconds(1));
                })
                .run(1, Options.USUAL);

        assertThat(result.failure()).hasMessageContaining("the counter passed 3");
        assertThat(result.virtualNanos()).isBetween(3_000_000L, 4_000_000L);
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8);
    }

    private static Scenario scenario(Consumer<SimWorld> story) {
        return new Scenario() {
            @Override
            public String name() {
                return "test";
            }

            @Override
            public ScenarioResult run(long seed, Options options) {
                SimWorld world = new SimWorld(seed);
                return ScenarioResult.of(world, options, () -> story.accept(world));
            }
        };
    }
}
