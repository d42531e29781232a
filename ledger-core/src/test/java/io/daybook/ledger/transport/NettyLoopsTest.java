package io.daybook.ledger.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Awaiting;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.LoopContract;
import io.daybook.base.time.SystemClock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class NettyLoopsTest extends LoopContract {
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private final NettyLoops loops =
            NettyLoops.start("test", 2, SystemClock.INSTANCE, (name, failed) -> failure.complete(failed));

    @AfterEach
    void close() {
        loops.close();
    }

    @Override
    protected Loop loop() {
        return loops.loops().all().get(0);
    }

    @Override
    protected Loop otherLoop() {
        return loops.loops().all().get(1);
    }

    @Override
    protected <T> T await(CompletionStage<T> stage) {
        return Awaiting.real(stage);
    }

    @Override
    protected void closeLoop() {
        loops.close();
    }

    @Test
    void aFailureThatNothingHandledEndsTheLoopAndIsToldOnce() {
        var bug = new IllegalStateException("a bug");

        loop().execute(() -> {
            throw bug;
        });

        assertThat(await(failure)).isSameAs(bug);
        assertThatThrownBy(() -> loop().execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        CompletableFuture<Void> other = new CompletableFuture<>();
        otherLoop().execute(() -> other.complete(null));
        await(other);
    }

    @Test
    void neverBlocks() {
        assertThat(loop().mayBlock()).isFalse();
    }
}
