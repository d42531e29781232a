package io.daybook.base.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.time.SystemClock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ThreadLoopTest extends LoopContract {
    private final ThreadLoop loop = ThreadLoop.start("db-test-0", SystemClock.INSTANCE);
    private final ThreadLoop other = ThreadLoop.start("db-test-1", SystemClock.INSTANCE);

    @AfterEach
    void closeBoth() {
        loop.close();
        other.close();
    }

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
        return Awaiting.real(stage);
    }

    @Override
    protected void closeLoop() {
        loop.close();
    }

    @Test
    void runsOnADaemonThreadOfItsName() {
        CompletableFuture<Thread> thread = new CompletableFuture<>();

        loop.execute(() -> thread.complete(Thread.currentThread()));

        assertThat(await(thread).getName()).isEqualTo("db-test-0");
        assertThat(await(thread).isDaemon()).isTrue();
        assertThat(loop.mayBlock()).isTrue();
    }

    @Test
    void runsWhatIsQueuedBeforeItCloses() {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch go = new CountDownLatch(1);
        loop.execute(() -> waitFor(go));
        for (int i = 0; i < 10; i++) {
            int n = i;
            loop.execute(() -> seen.add(n));
        }

        go.countDown();
        loop.close();

        assertThat(seen).hasSize(10);
    }

    @Test
    void tellsItsFailureHandlerAndStopsWhenATaskThrows() {
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        IllegalStateException bug = new IllegalStateException("a bug");
        ThreadLoop failing =
                ThreadLoop.start("db-failing-0", SystemClock.INSTANCE, (name, failure) -> told.complete(failure));

        failing.execute(() -> {
            throw bug;
        });

        assertThat(await(told)).isSameAs(bug);
        assertThatThrownBy(() -> failing.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        failing.close();
    }

    @Test
    void losesNoTaskOfManySubmitters() {
        int each = 20_000;
        AtomicInteger ran = new AtomicInteger();
        List<ThreadLoop> submitters = new ArrayList<>();
        CompletableFuture<Void> all = new CompletableFuture<>();
        for (int s = 0; s < 3; s++) {
            submitters.add(ThreadLoop.start("db-submitter-" + s, SystemClock.INSTANCE));
        }

        for (ThreadLoop submitter : submitters) {
            submitter.execute(() -> {
                for (int i = 0; i < each; i++) {
                    loop.execute(() -> {
                        if (ran.incrementAndGet() == 3 * each) {
                            all.complete(null);
                        }
                    });
                }
            });
        }
        await(all);

        assertThat(ran).hasValue(3 * each);
        submitters.forEach(ThreadLoop::close);
    }

    @Test
    void closesFromItsOwnTask() {
        CompletableFuture<Void> closed = new CompletableFuture<>();

        loop.execute(() -> {
            loop.close();
            closed.complete(null);
        });
        await(closed);
        loop.close();

        assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void startsAndClosesAGroup() {
        ThreadLoops group = ThreadLoops.start("db-loop", 2, SystemClock.INSTANCE, FailureHandler.logging());

        assertThat(group.loops().all()).extracting(Loop::name).containsExactly("db-loop-0", "db-loop-1");
        group.close();
        assertThatThrownBy(() -> group.loops().of(7).execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
