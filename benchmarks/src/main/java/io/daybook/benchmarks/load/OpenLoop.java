package io.daybook.benchmarks.load;

import io.daybook.base.exec.Loop;
import io.daybook.base.time.Clock;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Appends by the clock, whatever the system does: when append n is due follows from n alone, and its latency counts from then. A system that stalls for a
 * second thus shows that second in every append that was due meanwhile, and not only in those few that happened to be under way.
 *
 * <p>Appends are made on a loop of their own, the pacer; acknowledgements are counted on the logs' lanes. At most {@code outstandingMax} are in flight; what is due
 * beyond that waits its turn, on the clock.
 */
final class OpenLoop implements LoadLog.Acks {
    private final Loop pacer;
    private final List<Appending> logs;
    private final Appending[] byNumber;
    private final Lane[] laneOf;
    private final List<Lane> lanes = new ArrayList<>();
    private final Pacing pacing;
    private final int outstandingMax;
    private final Payloads payloads;
    private final Clock clock;
    private final Gate gate;
    private final CompletableFuture<@Nullable Void> drained = new CompletableFuture<>();

    private long startNanos; // set before the first append, then constant
    private volatile long sent; // written by the pacer
    private final AtomicBoolean stalled = new AtomicBoolean(); // the pacer waits for an acknowledgement
    private volatile boolean stopped; // the pacer appends no more
    private int turn; // pacer

    /**
     * A loop that has not started.
     *
     * @param pacing of the appends on all logs together
     */
    OpenLoop(
            Loop pacer,
            List<Appending> logs,
            Pacing pacing,
            int outstandingMax,
            Payloads payloads,
            Clock clock,
            Gate gate) {
        this.pacer = pacer;
        this.logs = List.copyOf(logs);
        this.pacing = pacing;
        this.outstandingMax = outstandingMax;
        this.payloads = payloads;
        this.clock = clock;
        this.gate = gate;
        int numbers = logs.stream().mapToInt(Appending::number).max().orElse(-1) + 1;
        this.byNumber = new Appending[numbers];
        this.laneOf = new Lane[numbers];
        Map<Executor, Lane> lanesByExecutor = new IdentityHashMap<>();
        for (Appending log : logs) {
            byNumber[log.number()] = log;
            laneOf[log.number()] = lanesByExecutor.computeIfAbsent(log.log().lane(), executor -> {
                Lane lane = new Lane(clock, gate);
                lanes.add(lane);
                return lane;
            });
        }
    }

    /** Lets append 0 be due now. */
    void start() {
        startNanos = clock.nanos();
        pacer.execute(this::pace);
    }

    /** When append {@code n} of all logs together is due, on the clock's scale; for whoever counts the time to delivery. */
    long dueNanos(long n) {
        return startNanos + pacing.dueNanos(n);
    }

    /** Whether append {@code n} of all logs together is the last of its log for a while. */
    boolean beforePause(long n) {
        return pacing.beforePause(n, logs.size());
    }

    /** Which append of all logs together append {@code sequence} of a log is, given the log's place in the list; both count from this loop's first. */
    long place(int logIndex, long sequence) {
        return sequence * logs.size() + logIndex;
    }

    private void pace() {
        long now = clock.nanos();
        while (gate.open()) {
            long due = dueNanos(sent);
            if (due > now) {
                now = clock.nanos();
                if (due > now) {
                    pacer.schedule(due - now, this::pace);
                    return;
                }
            }
            if (outstanding() >= outstandingMax) {
                stalled.set(true);
                if (outstanding() >= outstandingMax || !stalled.compareAndSet(true, false)) {
                    return; // an acknowledgement calls, or has called, again
                }
            }
            sent = sent + 1;
            logs.get(turn).append(payloads, due, this);
            turn = turn + 1 == logs.size() ? 0 : turn + 1;
        }
        stopped = true;
        endIfDrained();
    }

    @Override
    public void done(int number, long position, long token, @Nullable Throwable failure) {
        laneOf[number].done(byNumber[number], position, token, failure);
        if (stalled.get() && stalled.compareAndSet(true, false)) {
            pacer.execute(this::pace);
        }
        if (stopped) {
            endIfDrained();
        }
    }

    private void endIfDrained() {
        if (outstanding() == 0) {
            drained.complete(null);
        }
    }

    private long outstanding() {
        long open = sent;
        for (int i = 0; i < lanes.size(); i++) {
            open -= lanes.get(i).ended();
        }
        return open;
    }

    /** Where the acknowledgements are counted. */
    List<Lane> lanes() {
        return lanes;
    }

    long sent() {
        return sent;
    }

    /** Completes when the gate was shut, no more is appended, and nothing is outstanding any more. */
    CompletableFuture<@Nullable Void> drained() {
        return drained;
    }
}
