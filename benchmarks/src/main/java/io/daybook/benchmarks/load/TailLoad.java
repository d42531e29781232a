package io.daybook.benchmarks.load;

import io.daybook.base.time.Clock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Appends at a fixed rate while a reader follows each log; both times, to the acknowledgement and to the delivery, count from when the append was due.
 *
 * <p>After that it appends for as long again with pauses, and times the last record before each of them: until its reader has it, without another append
 * that could bring it along.
 */
public final class TailLoad implements Workload {
    private static final long LAST_ONES_NANOS = TimeUnit.SECONDS.toNanos(30);

    @Override
    public LoadResult run(LoadRun run) {
        LoadPlan plan = run.plan();
        if (!plan.paced()) {
            throw new IllegalArgumentException("a tail is measured at a rate");
        }
        Map<String, Object> row = run.row("tail");
        List<Appending> logs = run.create(plan.logs());
        List<Follower> followers = new ArrayList<>();
        for (int i = 0; i < logs.size(); i++) {
            followers.add(new Follower(run, logs.get(i), i));
        }
        Map<String, Histogram> curves = new LinkedHashMap<>();
        Histogram delivery;
        Histogram last;
        try {
            delivery = steadily(run, logs, followers, row, curves);
            last = withPauses(run, logs, followers);
        } finally {
            followers.forEach(Follower::close);
        }
        run.close(logs);
        Latencies.put(row, "e2e", delivery);
        curves.put("delivery", delivery);
        row.put("pauses", last.getTotalCount());
        if (last.getTotalCount() > 0) {
            Latencies.put(row, "last", last);
            curves.put("last before a pause", last);
        }
        Verification found = new Verification();
        long missed = 0;
        for (int i = 0; i < logs.size(); i++) {
            missed += Math.max(0, logs.get(i).acknowledged() - followers.get(i).delivered());
            followers.get(i).end(found);
        }
        row.put("missed", missed);
        row.put("acknowledged", logs.stream().mapToLong(Appending::acknowledged).sum());
        row.put("verified", found.verified());
        row.put("problems", found.problems());
        return new LoadResult(row, curves, found.verified(), found.sentence());
    }

    /** Warms up and measures without pauses; gives the times to delivery. */
    private static Histogram steadily(
            LoadRun run,
            List<Appending> logs,
            List<Follower> followers,
            Map<String, Object> row,
            Map<String, Histogram> curves) {
        LoadPlan plan = run.plan();
        try (Appenders appenders = new Appenders(logs, plan, run.payloads(), run.clock())) {
            List<Histogram> times = time(appenders, logs, followers, false);
            followers.forEach(Follower::start);
            WriteLoad.measure(run, appenders, row);
            curves.put("append", appenders.latencies());
            awaitLastOnes(run, logs, followers);
            return Latencies.sum(times);
        }
    }

    /** Appends with pauses; gives the times to delivery of the last records before them. */
    private static Histogram withPauses(LoadRun run, List<Appending> logs, List<Follower> followers) {
        LoadPlan plan = run.plan();
        Pacing pacing = Pacing.pausing(plan.rate(), logs.size());
        try (Appenders appenders = new Appenders(logs, plan, pacing, run.payloads(), run.clock())) {
            List<Histogram> times = time(appenders, logs, followers, true);
            run.watch().begin("writing with pauses", run.target().recordsWord(), -1);
            appenders.gate().measure(true); // until all have come, so that the slowest counts too
            appenders.start();
            run.watch()
                    .pause(
                            run.clock(),
                            plan.duration().toNanos(),
                            appenders.gate().failed(),
                            appenders::acknowledged);
            appenders.finish(run.watch());
            awaitLastOnes(run, logs, followers);
            return Latencies.sum(times);
        }
    }

    /** From now on followers time what {@code appenders}, which have not started, append; gives where to. */
    private static List<Histogram> time(
            Appenders appenders, List<Appending> logs, List<Follower> followers, boolean lastOnly) {
        List<Histogram> times = new ArrayList<>();
        OpenLoop open = Objects.requireNonNull(appenders.open());
        for (int i = 0; i < logs.size(); i++) {
            Histogram into = Latencies.histogram();
            times.add(into);
            followers.get(i).time(new Timing(open, appenders.gate(), logs.get(i).submitted(), lastOnly, into));
            followers.get(i).failed().thenAccept(appenders.gate()::fail);
        }
        return times;
    }

    /** Every follower has to come to the end; a while is given to those behind. */
    private static void awaitLastOnes(LoadRun run, List<Appending> logs, List<Follower> followers) {
        run.watch().begin("waiting for the last", run.target().recordsWord(), -1);
        CompletableFuture<Throwable> never = new CompletableFuture<>();
        long end = run.clock().nanos() + LAST_ONES_NANOS;
        for (int i = 0; i < logs.size(); i++) {
            Follower follower = followers.get(i);
            long wanted = logs.get(i).acknowledged();
            while (follower.delivered() < wanted
                    && run.clock().nanos() < end
                    && !follower.failed().isDone()) {
                run.watch().pause(run.clock(), Watch.TICK_NANOS / 10, never, follower::delivered);
            }
        }
    }

    /**
     * What a follower times.
     *
     * @param open says when each record was due
     * @param gate says whether it counts
     * @param first the record of the log that is the first of {@code open}
     * @param lastOnly only those that are their log's last before a pause
     * @param into of whoever delivers, one at a time
     */
    private record Timing(OpenLoop open, Gate gate, long first, boolean lastOnly, Histogram into) {
        void delivered(int index, long position, Clock clock) {
            if (gate.measuring() && position >= first) {
                long n = open.place(index, position - first);
                if (!lastOnly || open.beforePause(n)) {
                    into.recordValue(Latencies.bounded(clock.nanos() - open.dueNanos(n)));
                }
            }
        }
    }

    /** A reader of one log, with the times of what it got. */
    private static final class Follower implements RecordSink {
        private final LoadRun run;
        private final Appending log;
        private final int index;
        private final Verifier verifier;
        private final AtomicLong delivered = new AtomicLong();
        private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
        private volatile @Nullable Timing timing;
        private LoadTarget.@Nullable Following following;

        Follower(LoadRun run, Appending log, int index) {
            this.run = run;
            this.log = log;
            this.index = index;
            this.verifier = run.verifier(log);
        }

        void start() {
            LoadTarget.Following reading = run.target().follow(log.log().id(), this);
            reading.failed().thenAccept(failed::complete);
            following = reading;
        }

        void time(Timing next) {
            timing = next;
        }

        @Override
        public void record(long position, ByteBuffer content) {
            Timing now = timing;
            if (now != null) {
                now.delivered(index, position, run.clock());
            }
            verifier.record(position, content);
            delivered.lazySet(delivered.getPlain() + 1);
        }

        CompletableFuture<Throwable> failed() {
            return failed;
        }

        long delivered() {
            return delivered.get();
        }

        void end(Verification found) {
            verifier.end(log.acknowledged(), log.submitted());
            found.add(verifier);
        }

        void close() {
            if (following != null) {
                following.close();
            }
        }
    }
}
