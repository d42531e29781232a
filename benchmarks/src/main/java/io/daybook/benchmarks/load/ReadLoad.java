package io.daybook.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a volume, then reads it back and compares it while it comes. Where the servers may be restarted they are, so that nothing is left in their
 * memory; they are warmed up on other logs then.
 */
public final class ReadLoad implements Workload {
    /** How much smaller the volume is that only warms up. */
    private static final int WARM_SHARE = 8;

    @Override
    public LoadResult run(LoadRun run) {
        LoadPlan plan = run.plan();
        Map<String, Object> row = run.row("read");
        List<Appending> others = run.fill("preparing", 1, Math.max(plan.size(), plan.volume() / WARM_SHARE));
        List<Appending> logs = run.fill("writing", plan.logs(), plan.volume());
        boolean cold = run.servers().canRestart();
        if (cold) {
            run.watch().begin("restarting", "servers", -1);
            try {
                run.servers().restart();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Verification found = warmUp(run, others);
        Usage before = run.usage();
        Verification read = run.read("reading", logs);
        Usage after = run.usage();
        long bytes = read.verified() * plan.size();
        long expected = logs.stream().mapToLong(Appending::acknowledged).sum();
        row.put("volumeMB", Math.round(expected * (double) plan.size() / 1e6));
        row.put("cache", cold ? "cold" : "warm");
        WriteLoad.rates(row, "", read.verified(), bytes, after.secondsSince(before));
        row.put("missed", Math.max(0, expected - read.verified()));
        after.put(row, before, read.verified());
        ProcessStats earlier = before.server();
        ProcessStats later = after.server();
        if (earlier != null && later != null && bytes > 0) {
            row.put("diskReadPerByte", Figures.round(later.since(earlier).diskRead() / (double) bytes, 2));
        }
        found = found.plus(read);
        row.put("acknowledged", expected);
        row.put("verified", read.verified());
        row.put("problems", found.problems());
        return new LoadResult(row, new LinkedHashMap<>(), read.verified(), found.sentence());
    }

    private static Verification warmUp(LoadRun run, List<Appending> others) {
        long end = run.clock().nanos() + run.plan().warmup().toNanos();
        Verification found = run.read("warming up", others); // the client has to find the servers again in any case
        while (run.clock().nanos() < end) {
            found = found.plus(run.read("warming up", others));
        }
        return found;
    }
}
