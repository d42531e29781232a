package io.daybook.benchmarks.load;

import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.time.Clock;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Everything that appends in one run: closed loops, one per lane, or one open loop with its pacer. One thread, the workload's. */
final class Appenders implements AutoCloseable {
    private final Gate gate;
    private final List<ClosedLoop> closed = new ArrayList<>();
    private final @Nullable OpenLoop open;
    private final @Nullable ThreadLoop pacer;

    /** Appends as {@code plan} says to {@code logs}, at least one; nothing happens before {@link #start}. */
    Appenders(List<Appending> logs, LoadPlan plan, Payloads payloads, Clock clock) {
        this(logs, plan, plan.paced() ? Pacing.steady(plan.rate()) : null, payloads, clock);
    }

    /** As the other, by the clock as {@code pacing} says, or if that is null in closed loops. */
    Appenders(List<Appending> logs, LoadPlan plan, @Nullable Pacing pacing, Payloads payloads, Clock clock) {
        this.gate = new Gate();
        if (pacing != null) {
            pacer = ThreadLoop.start("db-bench-pacer", clock);
            open = new OpenLoop(pacer, logs, pacing, plan.window(), payloads, clock, gate);
            return;
        }
        pacer = null;
        open = null;
        Map<Executor, List<Appending>> lanes = new IdentityHashMap<>();
        logs.forEach(log -> lanes.computeIfAbsent(log.log().lane(), lane -> new ArrayList<>())
                .add(log));
        long given = 0;
        long seen = 0;
        for (Map.Entry<Executor, List<Appending>> lane : lanes.entrySet()) {
            seen += lane.getValue().size();
            long upTo = plan.window() * seen / logs.size(); // shares that add up to the window
            closed.add(new ClosedLoop(
                    lane.getKey(), lane.getValue(), (int) Math.max(1, upTo - given), payloads, clock, gate));
            given = upTo;
        }
    }

    void start() {
        if (open != null) {
            open.start();
        }
        closed.forEach(ClosedLoop::start);
    }

    Gate gate() {
        return gate;
    }

    /** The open loop, for who wants to know when a record was due; null if there is none. */
    @Nullable
    OpenLoop open() {
        return open;
    }

    /** Records acknowledged so far. */
    long acknowledged() {
        long sum = 0;
        for (Lane lane : lanes()) {
            sum += lane.acknowledged();
        }
        return sum;
    }

    private List<Lane> lanes() {
        return open != null
                ? open.lanes()
                : closed.stream().map(ClosedLoop::lane).toList();
    }

    /** Stops appending and waits for what is in flight; throws the first failure there was. */
    void finish(Watch watch) {
        gate.shut();
        List<CompletableFuture<@Nullable Void>> drained = new ArrayList<>();
        if (open != null) {
            drained.add(open.drained());
        }
        closed.forEach(loop -> drained.add(loop.drained()));
        watch.await(CompletableFuture.allOf(drained.toArray(new CompletableFuture<?>[0])), this::acknowledged);
        if (gate.failed().isDone()) {
            watch.await(gate.failed().thenAccept(failure -> {
                throw new java.util.concurrent.CompletionException(failure);
            }));
        }
    }

    /** Times from append to acknowledgement while the gate was measuring; once finished. */
    Histogram latencies() {
        return Latencies.sum(lanes().stream().map(Lane::latencies).toList());
    }

    @Override
    public void close() {
        gate.shut();
        if (pacer != null) {
            pacer.close();
        }
    }
}
