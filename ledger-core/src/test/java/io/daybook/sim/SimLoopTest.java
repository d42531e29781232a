package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.LoopContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

final class SimLoopTest extends LoopContract {
    private final SimWorld world = new SimWorld(7);
    private final SimNode node = world.node("n1");
    private final SimLoop loop = node.loop("loop-0");
    private final SimLoop other = node.loop("loop-1");

    @Override
    protected Loop loop() {
        return loop;
    }

    @Override
    protected Loop otherLoop() {
        return other;
    }

    @Override
    protected <T> T await(CompletionStage<T> stage) {
        return world.await(stage);
    }

    @Override
    protected void closeLoop() {
        loop.close();
    }

    @Test
    void anExceptionOfATaskEndsTheRunAndNamesTheSeed() {
        loop.execute(() -> {
            throw new IllegalStateException("a bug");
        });

        assertThatThrownBy(world::runUntilIdle)
                .isInstanceOf(SimFailure.class)
                .hasMessageContaining("seed 7")
                .hasRootCauseMessage("a bug");
    }

    @Test
    void aCrashDropsTasksAndTimers() {
        List<String> seen = new ArrayList<>();
        loop.execute(() -> seen.add("task"));
        loop.schedule(10, () -> seen.add("timer"));

        node.crash();
        world.runFor(Duration.ofSeconds(1));

        assertThat(seen).isEmpty();
        assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThat(node.restart().loop("loop-0")).isNotSameAs(loop);
    }

    @Test
    void aPauseHoldsTasksBack() {
        List<Long> ran = new ArrayList<>();
        node.pause(Duration.ofSeconds(2));

        loop.execute(() -> ran.add(world.now()));
        world.runUntilIdle();

        assertThat(ran.get(0)).isGreaterThanOrEqualTo(Duration.ofSeconds(2).toNanos());
    }

    @Test
    void idleMeansThatOnlyTimersAreLeft() {
        List<String> seen = new ArrayList<>();
        loop.schedule(Duration.ofHours(1).toNanos(), () -> seen.add("timer"));

        world.runUntilIdle();

        assertThat(seen).isEmpty();
        world.runFor(Duration.ofHours(1));
        world.runUntilIdle();
        assertThat(seen).containsExactly("timer");
    }
}
