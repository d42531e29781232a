package io.daybook.benchmarks.load;

import io.daybook.base.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the workloads of one command share: the target, the servers, the plan, and a note of every log that was made, so that all can be removed again.
 * One thread.
 */
public final class LoadRun {
    private static final int CALLS_AT_ONCE = 64;
    private static final int READS_AT_ONCE = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(10); // well within what an exit waits

    private final LoadTarget target;
    private final Servers servers;
    private final LoadPlan plan;
    private final Watch watch;
    private final Clock clock;
    private final Payloads payloads;
    private final MadeLogs made;

    private int numbers;

    /** @param seed what the content of records is drawn from */
    public LoadRun(LoadTarget target, Servers servers, LoadPlan plan, Watch watch, Clock clock, long seed) {
        this.target = target;
        this.made = new MadeLogs(target);
        this.servers = servers;
        this.plan = plan;
        this.watch = watch;
        this.clock = clock;
        this.payloads = new Payloads(plan.size(), seed);
    }

    LoadTarget target() {
        return target;
    }

    Servers servers() {
        return servers;
    }

    LoadPlan plan() {
        return plan;
    }

    Watch watch() {
        return watch;
    }

    Clock clock() {
        return clock;
    }

    Payloads payloads() {
        return payloads;
    }

    Usage usage() {
        return Usage.now(servers, clock);
    }

    /** The first figures of a result: what was done. */
    Map<String, Object> row(String work) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("peer", "daybook");
        row.put("case", plan.caseName(target.logWord(), work));
        row.put("rep", 1);
        row.put("target", target.logWord());
        row.put("work", work);
        row.put("size", plan.size());
        row.put("window", plan.window());
        if (plan.paced()) {
            row.put("rate", plan.rate());
        }
        row.put("logs", plan.logs());
        row.put("java", Runtime.version().feature());
        return row;
    }

    /** Makes {@code count} new logs. */
    List<Appending> create(int count) {
        watch.begin("creating", target.logWord() + "s", count);
        List<Appending> logs = new ArrayList<>();
        ArrayDeque<CompletableFuture<LoadLog>> begun = new ArrayDeque<>();
        int asked = 0;
        while (logs.size() < count) {
            while (asked < count && begun.size() < CALLS_AT_ONCE) {
                begun.add(made.create());
                asked++;
            }
            LoadLog log = watch.await(begun.remove(), logs::size);
            logs.add(new Appending(log, numbers++));
        }
        return logs;
    }

    /** Appends at full speed until {@code bytes} are acknowledged, and closes the logs. */
    List<Appending> fill(String task, int count, long bytes) {
        List<Appending> logs = create(count);
        LoadPlan full = new LoadPlan(
                plan.size(),
                Math.max(count, plan.paced() ? 1000 : plan.window()),
                0,
                count,
                plan.volume(),
                plan.warmup(),
                plan.duration());
        long records = Math.max(1, bytes / plan.size());
        watch.begin(task, target.recordsWord(), records);
        try (Appenders appenders = new Appenders(logs, full, payloads, clock)) {
            appenders.start();
            while (appenders.acknowledged() < records) {
                watch.pause(clock, Watch.TICK_NANOS / 10, appenders.gate().failed(), appenders::acknowledged);
            }
            appenders.finish(watch);
        }
        close(logs);
        return logs;
    }

    void close(List<Appending> logs) {
        each(
                "closing",
                target.logWord() + "s",
                logs,
                CALLS_AT_ONCE,
                log -> log.log().close());
    }

    /** Reads logs that were closed, and compares. */
    Verification verify(List<Appending> logs) {
        return read("verifying", logs);
    }

    /** As {@link #verify}, under another name. */
    Verification read(String task, List<Appending> logs) {
        long total = logs.stream().mapToLong(Appending::acknowledged).sum();
        watch.begin(task, target.recordsWord(), total);
        AtomicLong delivered = new AtomicLong();
        Verification sum = new Verification();
        each(logs, READS_AT_ONCE, delivered::get, log -> {
            Verifier verifier = verifier(log);
            RecordSink counting = (position, content) -> {
                verifier.record(position, content);
                delivered.incrementAndGet();
            };
            return target.read(log.log().id(), plan.size(), counting).thenApply(done -> {
                verifier.end(log.acknowledged(), log.submitted());
                sum.add(verifier);
                return null;
            });
        });
        return sum;
    }

    Verifier verifier(Appending log) {
        return new Verifier(target.logWord() + " " + log.log().id(), log.number(), payloads);
    }

    private void each(
            String task,
            String unit,
            List<Appending> logs,
            int atOnce,
            Function<Appending, CompletableFuture<@Nullable Void>> call) {
        watch.begin(task, unit, logs.size());
        AtomicLong done = new AtomicLong();
        each(
                logs,
                atOnce,
                done::get,
                log -> call.apply(log).thenApply(ended -> {
                    done.incrementAndGet();
                    return null;
                }));
    }

    private <T> void each(
            List<T> items,
            int atOnce,
            java.util.function.LongSupplier progress,
            Function<T, CompletableFuture<@Nullable Void>> call) {
        ArrayDeque<CompletableFuture<@Nullable Void>> begun = new ArrayDeque<>();
        for (T item : items) {
            if (begun.size() == atOnce) {
                watch.await(begun.remove(), progress);
            }
            begun.add(call.apply(item));
        }
        while (!begun.isEmpty()) {
            watch.await(begun.remove(), progress);
        }
    }

    /** How many logs were made and not removed, counting those that may still come to be. */
    public int left() {
        return made.count();
    }

    /**
     * Waits, at most ten seconds, for logs that were asked for, and removes every log this run made.
     *
     * @throws RemovalException after it has tried all, if any could not be removed; those are still {@link #left}
     */
    public void removeAll(Watch watching) {
        made.remove(watching, PATIENCE);
    }
}
