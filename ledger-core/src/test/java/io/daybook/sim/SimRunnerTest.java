package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.time.SystemClock;
import io.daybook.sim.Scenario.Options;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
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
        assertThat(text())
                .contains("seed 3 failed", "an unlucky seed", "./daybook simulate --scenario 'test' --seed 13");
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

    @Test
    void theReportIsTheSameForAnyNumberOfThreads() {
        SimRunner two = new SimRunner(
                SystemClock.INSTANCE, new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), 3);

        SimRunner.Summary one = runner.run(scenario(UNLUCKY), 0, 2_000, Options.USUAL);
        SimRunner.Summary many = two.run(scenario(UNLUCKY), 0, 2_000, Options.USUAL);

        assertThat(many.hash()).isEqualTo(one.hash());
        assertThat(many.failedSeeds()).isEqualTo(one.failedSeeds());
        assertThat(many.events()).isEqualTo(one.events());
        assertThat(many.reached()).isEqualTo(one.reached());
    }

    @Test
    void shrinksAFailureToTheDecisionsThatMatter() {
        Scenario fragile = scenario(
                world -> { // fails if both the 7th and the 23rd of 40 things happen
                    boolean[] happened = new boolean[40];
                    for (int i = 0; i < happened.length; i++) {
                        happened[i] = world.happens("thing");
                    }
                    if (happened[7] && happened[23]) {
                        throw new AssertionError("I5 is broken: two things happened");
                    }
                });

        runner.run(fragile, 1, 1, Options.USUAL);
        assertThat(text()).contains("breaks I5 with 2 of its 40 decisions", "--replay 'test/1/thing:7,23'");
        assertThat(SimReplay.parse("test/1/thing:7,23")
                        .run(fragile, Options.USUAL)
                        .invariant())
                .isEqualTo("I5");
        assertThat(SimReplay.parse("test/1/thing:7+other:1")
                        .run(fragile, Options.USUAL)
                        .passed())
                .isTrue();
    }

    @Test
    void aReplayReadsWhatItWrites() {
        for (String word : List.of("takeover/42", "takeover!KEEPS_ACKS/-7/-", "takeover/1/frame-delay:0,12+strike:3")) {
            assertThat(SimReplay.parse(word)).hasToString(word);
        }
        for (String word : List.of("takeover", "takeover/x", "takeover/1/strike", "takeover/1/strike:a", "a/1/b/c")) {
            assertThatThrownBy(() -> SimReplay.parse(word))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("it looks like");
        }
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
