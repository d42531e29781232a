package io.daybook.benchmarks.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/** Appends at a fixed rate while a reader follows each log; both times, to the acknowledgement and to the delivery, count from when the append was due. */
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
        Map<String, Histogram> curves = new LinkedHashMap<>();
        Verification found = new Verification();
        try (Appenders appenders = new Appenders(logs, plan, run.payloads(), run.clock())) {
            for (int i = 0; i < logs.size(); i++) {
                Follower follower = new Follower(run, appenders, logs.get(i), i);
                followers.add(follower);
                follower.failed().thenAccept(appenders.gate()::fail);
            }
            followers.forEach(Follower::start);
            WriteLoad.measure(run, appenders, row);
            curves.put("append", appenders.latencies());
            awaitLastOnes(run, logs, followers);
        } finally {
            followers.forEach(Follower::close);
        }
        run.close(logs);
        Histogram delivery =
                Latencies.sum(followers.stream().map(Follower::latencies).toList());
        Latencies.put(row, "e2e", delivery);
        curves.put("delivery", delivery);
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

    /** A reader of one log, with the times of what it got. */
    private static final class Follower implements RecordSink {
        private final LoadRun run;
        private final Appenders appenders;
        private final Appending log;
        private final int index;
        private final Verifier verifier;
        private final Histogram latencies = Latencies.histogram(); // by whoever delivers, one at a time
        private final AtomicLong delivered = new AtomicLong();
        private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
        private LoadTarget.@org.jspecify.annotations.Nullable Following following;

        Follower(LoadRun run, Appenders appenders, Appending log, int index) {
            this.run = run;
            this.appenders = appenders;
            this.log = log;
            this.index = index;
            this.verifier = run.verifier(log);
        }

        void start() {
            LoadTarget.Following reading = run.target().follow(log.log().id(), this);
            reading.failed().thenAccept(failed::complete);
            following = reading;
        }

        @Override
        public void record(long position, java.nio.ByteBuffer content) {
            OpenLoop open = appenders.open();
            if (open != null && appenders.gate().measuring()) {
                long due = open.dueNanos(open.place(index, position));
                latencies.recordValue(Latencies.bounded(run.clock().nanos() - due));
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

        Histogram latencies() {
            return latencies;
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
