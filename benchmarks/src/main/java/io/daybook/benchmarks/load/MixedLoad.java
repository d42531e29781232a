package io.daybook.benchmarks.load;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Appends to some logs while readers catch up on others, over and over; the figures of both, and all of it compared. */
public final class MixedLoad implements Workload {

    @Override
    public LoadResult run(LoadRun run) {
        LoadPlan plan = run.plan();
        Map<String, Object> row = run.row("mixed");
        List<Appending> backlog = run.fill("preparing", plan.logs(), plan.volume());
        List<Appending> logs = run.create(plan.logs());
        Map<String, Histogram> curves = new LinkedHashMap<>();
        Verification found;
        try (Appenders appenders = new Appenders(logs, plan, run.payloads(), run.clock())) {
            CatchUp readers = new CatchUp(run, backlog, appenders.gate());
            readers.start();
            double seconds = WriteLoad.measure(run, appenders, row);
            curves.put("append", appenders.latencies());
            run.watch().begin("reading to the end", run.target().recordsWord(), -1);
            run.watch().await(readers.ended(), readers::delivered);
            row.put("volumeMB", Math.round(plan.volume() / 1e6));
            WriteLoad.rates(row, "read", readers.measured(), readers.measured() * (double) plan.size(), seconds);
            found = readers.found();
        }
        run.close(logs);
        found = found.plus(run.verify(logs));
        row.put("acknowledged", logs.stream().mapToLong(Appending::acknowledged).sum());
        row.put("verified", found.verified());
        row.put("problems", found.problems());
        return new LoadResult(row, curves, found.verified(), found.sentence());
    }

    /** One reader per log, each from the start to the end and again, until the gate is shut. */
    private static final class CatchUp {
        private final LoadRun run;
        private final List<Appending> logs;
        private final Gate gate;
        private final AtomicLong delivered = new AtomicLong();
        private final AtomicLong measured = new AtomicLong();
        private final Verification found = new Verification();
        private CompletableFuture<@Nullable Void> ended = CompletableFuture.completedFuture(null);

        CatchUp(LoadRun run, List<Appending> logs, Gate gate) {
            this.run = run;
            this.logs = logs;
            this.gate = gate;
        }

        void start() {
            CompletableFuture<?>[] readers = logs.stream().map(this::read).toArray(CompletableFuture<?>[]::new);
            ended = CompletableFuture.allOf(readers).thenApply(done -> null);
        }

        private CompletableFuture<@Nullable Void> read(Appending log) {
            Verifier verifier = run.verifier(log);
            RecordSink counting = (position, content) -> {
                verifier.record(position, content);
                delivered.incrementAndGet();
                if (gate.measuring()) {
                    measured.incrementAndGet();
                }
            };
            return run.target()
                    .read(log.log().id(), run.plan().size(), counting)
                    .whenComplete((done, failure) -> {
                        if (failure != null) {
                            gate.fail(failure);
                        }
                    })
                    .thenCompose(done -> {
                        verifier.end(log.acknowledged(), log.submitted());
                        found.add(verifier);
                        return gate.open() ? read(log) : CompletableFuture.<@Nullable Void>completedFuture(null);
                    });
        }

        long delivered() {
            return delivered.get();
        }

        long measured() {
            return measured.get();
        }

        CompletableFuture<@Nullable Void> ended() {
            return ended;
        }

        Verification found() {
            return found;
        }
    }
}
