package io.daybook.benchmarks.load;

import io.daybook.base.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a fixed number of appends outstanding on the logs of one lane: each acknowledgement makes room for the next append, on the same thread, round robin
 * over the logs. It measures how much a system can take; since it waits whenever the system does, it says little about latency under a given load
 * (that is what {@link OpenLoop} is for).
 *
 * <p>All of it runs on the lane but {@link #start}.
 */
final class ClosedLoop implements LoadLog.Acks {
    private final Executor executor;
    private final List<Appending> logs;
    private final Appending[] byNumber;
    private final int window;
    private final Payloads payloads;
    private final Clock clock;
    private final Gate gate;
    private final Lane lane;
    private final CompletableFuture<@Nullable Void> drained = new CompletableFuture<>();

    private int outstanding;
    private int turn;
    private boolean filling;

    /**
     * A loop that has not started.
     *
     * @param logs those whose acknowledgements come on {@code executor}
     * @param window appends outstanding on all of them together
     */
    ClosedLoop(Executor executor, List<Appending> logs, int window, Payloads payloads, Clock clock, Gate gate) {
        this.executor = executor;
        this.logs = List.copyOf(logs);
        this.byNumber =
                new Appending[logs.stream().mapToInt(Appending::number).max().orElse(-1) + 1];
        logs.forEach(log -> byNumber[log.number()] = log);
        this.window = window;
        this.payloads = payloads;
        this.clock = clock;
        this.gate = gate;
        this.lane = new Lane(clock, gate);
    }

    void start() {
        executor.execute(() -> fill(clock.nanos()));
    }

    @Override
    public void done(int number, long position, long token, @Nullable Throwable failure) {
        long now = lane.done(byNumber[number], position, token, failure);
        outstanding--;
        if (!filling) { // an append that was acknowledged at once leaves the rest to whoever made it
            fill(now);
        }
    }

    private void fill(long now) {
        filling = true;
        while (outstanding < window && gate.open()) {
            outstanding++;
            logs.get(turn).append(payloads, now, this);
            turn = turn + 1 == logs.size() ? 0 : turn + 1;
        }
        filling = false;
        if (outstanding == 0 && !gate.open()) {
            drained.complete(null);
        }
    }

    Lane lane() {
        return lane;
    }

    /** Completes when the gate was shut and nothing is outstanding any more. */
    CompletableFuture<@Nullable Void> drained() {
        return drained;
    }
}
