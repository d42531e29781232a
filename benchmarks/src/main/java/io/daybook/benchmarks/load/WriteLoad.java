package io.daybook.benchmarks.load;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/** Appends for a while, then reads back and compares everything that was acknowledged, warm-up included. */
public final class WriteLoad implements Workload {

    @Override
    public LoadResult run(LoadRun run) {
        Map<String, Object> row = run.row("write");
        long begun = run.clock().nanos();
        List<Appending> logs = run.create(run.plan().logs());
        double createSeconds = (run.clock().nanos() - begun) / 1e9;
        Histogram latencies;
        try (Appenders appenders = new Appenders(logs, run.plan(), run.payloads(), run.clock())) {
            measure(run, appenders, row);
            latencies = appenders.latencies();
        }
        row.put("createSeconds", Figures.round(createSeconds, 2));
        run.close(logs);
        Verification found = run.verify(logs);
        row.put("acknowledged", logs.stream().mapToLong(Appending::acknowledged).sum());
        row.put("verified", found.verified());
        row.put("problems", found.problems());
        Map<String, Histogram> curves = new LinkedHashMap<>();
        curves.put("append", latencies);
        return new LoadResult(row, curves, found.verified(), found.sentence());
    }

    /**
     * Warms up, measures, and waits for what is in flight; the figures go to {@code row}. Returns the seconds that were measured: a system that
     * acknowledges nothing for so long is measured until it does.
     */
    static double measure(LoadRun run, Appenders appenders, Map<String, Object> row) {
        LoadPlan plan = run.plan();
        Gate gate = appenders.gate();
        appenders.start();
        run.watch().begin("warming up", run.target().recordsWord(), -1);
        pass(run, plan.warmup(), gate, appenders::acknowledged);
        run.watch().begin("writing", run.target().recordsWord(), -1);
        Usage before = run.usage();
        long acknowledgedBefore = appenders.acknowledged();
        gate.measure(true);
        pass(run, plan.duration(), gate, () -> appenders.acknowledged() - acknowledgedBefore);
        long entries = appenders.acknowledged() - acknowledgedBefore;
        Usage after = run.usage();
        gate.measure(false);
        appenders.finish(run.watch());
        double seconds = after.secondsSince(before);
        rates(row, "", entries, entries * (double) plan.size(), seconds);
        Latencies.put(row, "", appenders.latencies());
        row.put("errors", 0); // the first one ends a run
        after.put(row, before, entries);
        return seconds;
    }

    private static void pass(LoadRun run, Duration time, Gate gate, LongSupplier done) {
        run.watch().pause(run.clock(), time.toNanos(), gate.failed(), done);
        while (done.getAsLong() == 0) {
            run.watch().pause(run.clock(), Watch.TICK_NANOS / 10, gate.failed(), done);
        }
    }

    /** Adds entries, seconds, entriesPerS and MBs, or with a prefix the last two. */
    static void rates(Map<String, Object> row, String prefix, long entries, double bytes, double seconds) {
        if (prefix.isEmpty()) {
            row.put("entries", entries);
            row.put("seconds", Figures.round(seconds, 2));
            row.put("entriesPerS", Math.round(entries / seconds));
            row.put("MBs", Figures.round(bytes / seconds / 1e6, 2));
        } else {
            row.put(prefix + "Entries", entries);
            row.put(prefix + "EntriesPerS", Math.round(entries / seconds));
            row.put(prefix + "MBs", Figures.round(bytes / seconds / 1e6, 2));
        }
    }
}
