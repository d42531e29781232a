package io.daybook.base.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What every {@link Loop} does, real or simulated. */
public abstract class LoopContract {

    /** The loop under test; the same one throughout a test. */
    protected abstract Loop loop();

    /** One more loop of the same kind. */
    protected abstract Loop otherLoop();

    /** Lets the world go on until {@code stage} has completed; returns its value or throws its failure, unwrapped. */
    protected abstract <T> T await(CompletionStage<T> stage);

    /** Closes {@link #loop()}. */
    protected abstract void closeLoop();

    private CompletableFuture<Void> onLoop(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop().execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        return done;
    }

    @Test
    void runsTasksOfOneSubmitterInOrder() {
        List<Integer> seen = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int n = i;
            loop().execute(() -> seen.add(n));
        }

        await(onLoop(() -> {}));

        assertThat(seen).hasSize(1000).isSorted();
    }

    @Test
    void neverRunsATaskInsideExecute() {
        List<String> seen = new ArrayList<>();

        await(onLoop(() -> {
            loop().execute(() -> seen.add("task"));
            seen.add("after execute");
        }));
        await(onLoop(() -> {}));

        assertThat(seen).containsExactly("after execute", "task");
    }

    @Test
    void knowsItsOwnTasks() {
        List<Boolean> inside = new ArrayList<>();

        await(onLoop(() -> {
            inside.add(loop().inLoop());
            inside.add(otherLoop().inLoop());
        }));

        assertThat(inside).containsExactly(true, false);
        assertThat(loop().inLoop()).isFalse();
    }

    @Test
    void runDoesNotWaitOnTheLoopItself() {
        List<String> seen = new ArrayList<>();

        await(onLoop(() -> {
            loop().run(() -> seen.add("run"));
            seen.add("after run");
        }));

        assertThat(seen).containsExactly("run", "after run");
    }

    @Test
    void runsATimerNotBeforeItsTime() {
        long delay = Duration.ofMillis(3).toNanos();
        long before = loop().clock().nanos();
        CompletableFuture<Long> fired = new CompletableFuture<>();

        loop().schedule(delay, () -> fired.complete(loop().clock().nanos()));

        assertThat(await(fired) - before).isGreaterThanOrEqualTo(delay);
    }

    @Test
    void runsTimersInTheOrderOfTheirTimes() {
        List<String> seen = new ArrayList<>();
        CompletableFuture<Void> last = new CompletableFuture<>();

        await(onLoop(() -> {
            loop().schedule(Duration.ofMillis(9).toNanos(), () -> {
                seen.add("late");
                last.complete(null);
            });
            loop().schedule(Duration.ofMillis(1).toNanos(), () -> seen.add("early"));
            loop().schedule(Duration.ofMillis(4).toNanos(), () -> seen.add("middle"));
        }));
        await(last);

        assertThat(seen).containsExactly("early", "middle", "late");
    }

    @Test
    void forgetsACancelledTimer() {
        List<String> seen = new ArrayList<>();
        CompletableFuture<Void> last = new CompletableFuture<>();

        await(onLoop(() -> {
            Loop.Timer timer = loop().schedule(Duration.ofMillis(1).toNanos(), () -> seen.add("cancelled"));
            loop().schedule(Duration.ofMillis(3).toNanos(), () -> last.complete(null));
            timer.cancel();
            timer.cancel();
        }));
        await(last);

        assertThat(seen).isEmpty();
    }

    @Test
    void acceptsTimersAndTheirCancellationFromElsewhere() {
        List<String> seen = new ArrayList<>();
        CompletableFuture<Void> last = new CompletableFuture<>();

        Loop.Timer timer = loop().schedule(Duration.ofMillis(200).toNanos(), () -> seen.add("cancelled"));
        timer.cancel();
        loop().schedule(Duration.ofMillis(201).toNanos(), () -> last.complete(null));
        await(last);

        assertThat(seen).isEmpty();
    }

    @Test
    void refusesANegativeDelay() {
        assertThatThrownBy(() -> loop().schedule(-1, () -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void runsAfterPassOnceAndAfterTheTaskThatAsked() {
        List<String> seen = new ArrayList<>();

        await(onLoop(() -> {
            loop().afterPass(() -> seen.add("flush"));
            seen.add("task");
        }));
        await(onLoop(() -> {}));
        await(onLoop(() -> {}));

        assertThat(seen).containsExactly("task", "flush");
    }

    @Test
    void runsWhatAfterPassAsksForInTheSamePass() {
        List<String> seen = new ArrayList<>();

        await(onLoop(() -> loop().afterPass(() -> {
            seen.add("first");
            loop().afterPass(() -> seen.add("second"));
        })));
        await(onLoop(() -> {}));

        assertThat(seen).containsExactly("first", "second");
    }

    @Test
    void refusesAfterPassFromElsewhere() {
        assertThatThrownBy(() -> loop().afterPass(() -> {})).isInstanceOf(RuntimeException.class);
    }

    @Test
    void completesAPromiseOnItselfWhoeverCompletesIt() {
        CompletableFuture<Boolean> inLoop = new CompletableFuture<>();
        Promise<String> promise = loop().promise();
        promise.thenAccept(value -> inLoop.complete(loop().inLoop()));

        otherLoop().execute(() -> promise.complete("value"));

        assertThat(await(inLoop)).isTrue();
        assertThat(await(promise)).isEqualTo("value");
    }

    @Test
    void refusesTasksOnceClosed() {
        await(onLoop(() -> {}));

        closeLoop();

        assertThatThrownBy(() -> loop().execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void hasAName() {
        assertThat(loop().name()).isNotBlank();
    }
}
