package io.daybook.base.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.sim.SimFailure;
import io.daybook.sim.SimLoop;
import io.daybook.sim.SimWorld;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

final class PromiseTest {
    private final SimWorld world = new SimWorld(1);
    private final SimLoop loop = world.node("n1").loop("loop-0");
    private final SimLoop other = world.node("n1").loop("loop-1");

    @Test
    void completesAtOnceOnItsLoopAndLaterFromElsewhere() {
        Promise<String> here = loop.promise();
        Promise<String> elsewhere = loop.promise();

        loop.enter(() -> {
            here.complete("now");
            assertThat(here.isDone()).isTrue();
        });
        other.enter(() -> {
            elsewhere.complete("later");
            assertThat(elsewhere.isDone()).isFalse();
        });

        assertThat(world.await(elsewhere)).isEqualTo("later");
    }

    @Test
    void failsOnItsLoopFromElsewhere() {
        Promise<String> promise = loop.promise();
        List<Boolean> inLoop = new ArrayList<>();
        Futures.whenDone(promise, loop, (value, failure) -> {
            assertThat(failure).hasMessage("why");
            inLoop.add(loop.inLoop());
        });

        other.enter(() -> promise.completeExceptionally(new IOException("why")));
        world.runUntilIdle();

        assertThat(inLoop).containsExactly(true);
    }

    @Test
    void isCompletedOnce() {
        Promise<String> promise = loop.promise();

        loop.enter(() -> {
            assertThat(promise.complete("first")).isTrue();
            assertThat(promise.complete("second")).isFalse();
        });

        assertThat(promise.complete("third, from elsewhere")).isFalse();
        assertThat(world.await(promise)).isEqualTo("first");
    }

    @Test
    void itsStagesBelongToTheSameLoop() {
        Promise<String> promise = loop.promise();

        assertThat(promise.thenApply(String::length))
                .isInstanceOfSatisfying(
                        Promise.class, stage -> assertThat(stage.loop()).isSameAs(loop));
    }

    @Test
    void aBugInALastStageReachesTheLoop() {
        Promise<String> promise = loop.promise();
        Futures.whenDone(promise, loop, (value, failure) -> {
            throw new IllegalStateException("a bug");
        });

        promise.complete("value");

        assertThatThrownBy(world::runUntilIdle).isInstanceOf(SimFailure.class).hasRootCauseMessage("a bug");
    }

    @Test
    void theCauseIsWithoutItsWrapping() {
        IOException cause = new IOException("why");

        assertThat(Futures.cause(new CompletionException(new ExecutionException(cause))))
                .isSameAs(cause);
        assertThat(Futures.cause(cause)).isSameAs(cause);
        assertThat(Futures.cause(new CompletionException("no cause", null))).hasMessage("no cause");
    }
}
