package io.daybook.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A log that acknowledges each append after a fixed time, except that nothing is acknowledged during a stall. Virtual time, one thread. */
final class SlowLog implements LoadLog {
    static final long MILLISECOND = 1_000_000;

    private final VirtualLoop loop;
    private final long latencyNanos;
    private final List<Long> appended = new ArrayList<>();
    private long stallFromNanos = Long.MAX_VALUE;
    private long stallToNanos = Long.MAX_VALUE;
    private int outstanding;
    private int mostOutstanding;
    private long failAt = -1;
    private long acknowledgeTwiceAt = -1;

    SlowLog(VirtualLoop loop, long latencyNanos) {
        this.loop = loop;
        this.latencyNanos = latencyNanos;
    }

    void stall(long fromNanos, long toNanos) {
        stallFromNanos = fromNanos;
        stallToNanos = toNanos;
    }

    void failAt(long sequence) {
        failAt = sequence;
    }

    /** Gives the position of this record to the one after it as well. */
    void acknowledgeTwiceAt(long sequence) {
        acknowledgeTwiceAt = sequence;
    }

    List<Long> appended() {
        return appended;
    }

    int mostOutstanding() {
        return mostOutstanding;
    }

    int outstanding() {
        return outstanding;
    }

    @Override
    public String id() {
        return "slow";
    }

    @Override
    public Executor lane() {
        return loop;
    }

    @Override
    public void append(Payloads payloads, int number, long sequence, long token, Acks acks) {
        appended.add(sequence);
        mostOutstanding = Math.max(mostOutstanding, ++outstanding);
        long at = loop.nanos() + latencyNanos;
        if (at >= stallFromNanos && at < stallToNanos) {
            at = stallToNanos;
        }
        loop.schedule(at - loop.nanos(), () -> {
            outstanding--;
            long position = acknowledgeTwiceAt >= 0 && sequence > acknowledgeTwiceAt ? sequence - 1 : sequence;
            acks.done(number, position, token, sequence == failAt ? new IllegalStateException("no room") : null);
        });
    }

    @Override
    public CompletableFuture<@Nullable Void> close() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void abandon() {}
}
