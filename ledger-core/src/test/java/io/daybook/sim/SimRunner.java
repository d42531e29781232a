package io.daybook.sim;

import io.daybook.base.error.Check;
import io.daybook.base.time.Clock;
import io.daybook.sim.Scenario.Options;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.TreeSet;

/** Runs a {@link Scenario} for many seeds, names those that fail, and replays one in the open. */
public final class SimRunner {
    private static final int FAILURES_MAX = 10; // after that the scenario is broken, not unlucky
    private static final long PROGRESS_NANOS = 10_000_000_000L;

    private final Clock clock;
    private final PrintStream out;
    private final int threads;

    /** On one thread; measures speed with {@code clock} and writes what a person should read to {@code out}. */
    public SimRunner(Clock clock, PrintStream out) {
        this(clock, out, 1);
    }

    /** On {@code threads} threads at a time; whatever is found is the same for any number of them. */
    public SimRunner(Clock clock, PrintStream out, int threads) {
        Check.argument(threads >= 1, "a series needs 1 thread or more, not %d", threads);
        this.clock = clock;
        this.out = out;
        this.threads = threads;
    }

    /** Every scenario on the class path, in the order of their names. */
    public static List<Scenario> scenarios() {
        TreeMap<String, Scenario> byName = new TreeMap<>();
        ServiceLoader.load(Scenario.class).forEach(scenario -> byName.put(scenario.name(), scenario));
        return List.copyOf(byName.values());
    }

    /** All bugs that can be planted, by layer. */
    public static List<PlantedBugs> plantedBugs() {
        TreeMap<String, PlantedBugs> byLayer = new TreeMap<>();
        ServiceLoader.load(PlantedBugs.class).forEach(bugs -> byLayer.put(bugs.layer(), bugs));
        return List.copyOf(byLayer.values());
    }

    /** The scenario of this name, with a bug planted if that is what the name says. */
    public static Scenario scenario(String name) {
        for (Scenario scenario : scenarios()) {
            if (scenario.name().equals(name)) {
                return scenario;
            }
        }
        for (PlantedBugs bugs : plantedBugs()) {
            for (PlantedBugs.Bug bug : bugs.all()) {
                if (bug.scenario().name().equals(name)) {
                    return bug.scenario();
                }
            }
        }
        throw new IllegalArgumentException("there is no scenario " + name);
    }

    /** Runs {@code runs} seeds from {@code firstSeed} on, stops early after ten failures, and shrinks the first. */
    public Summary run(Scenario scenario, long firstSeed, long runs, Options options) {
        Series series = new Series(scenario, firstSeed, runs);
        Options quick = options.tracing(0);
        SeedSweep.run(seed -> scenario.run(seed, quick), firstSeed, runs, threads, series::add);
        Summary summary = series.summary();
        if (!summary.failedSeeds().isEmpty()) {
            long seed = summary.failedSeeds().get(0);
            explain(scenario, scenario.run(seed, quick), options);
        }
        return summary;
    }

    /** Runs one seed and shows how it ended; if it failed with the last events, and shrunk. Runs it once more, to see that it repeats itself. */
    public ScenarioResult replay(Scenario scenario, long seed, Options options) {
        ScenarioResult result = scenario.run(seed, options);
        show(scenario, result);
        long again = scenario.run(seed, options).traceHash();
        if (again != result.traceHash()) {
            throw new SimFailure(
                    seed,
                    "%s did not repeat itself: trace hash %016x, then %016x; something in it asks a clock, a thread or a hash order"
                            .formatted(scenario.name(), result.traceHash(), again));
        }
        if (!result.passed() && options.kept() == null) {
            explain(scenario, result, options);
        }
        return result;
    }

    private void show(Scenario scenario, ScenarioResult result) {
        result.lastEvents().forEach(out::println);
        out.printf(
                "%s: seed %d %s after %,d events and %.3f s of virtual time, trace hash %016x%n",
                scenario.name(),
                result.seed(),
                result.passed() ? "passed" : "FAILED",
                result.events(),
                result.virtualNanos() / 1e9,
                result.traceHash());
        if (result.failure() != null) {
            out.printf("    options: %s%n", result.options());
            out.printf("    decisions: %s%n", SimReplay.of("", 0, result.decisions()));
            result.failure().printStackTrace(out);
        }
    }

    /** Shrinks a failed run and says how to repeat what is left of it. */
    private void explain(Scenario scenario, ScenarioResult failed, Options options) {
        SimShrinker.Shrunk shrunk = new SimShrinker(scenario, failed.seed(), options.tracing(0), clock).shrink(failed);
        out.printf(
                "%s: seed %d still breaks %s with %d of its %d decisions (%d attempts)%n"
                        + "    replay: ./daybook simulate --replay '%s'%n"
                        + "    as a test: assertThat(SimReplay.replay(\"%s\").failure()).isNull();%n",
                scenario.name(),
                failed.seed(),
                failed.invariant(),
                shrunk.after(),
                shrunk.before(),
                shrunk.attempts(),
                shrunk.replay(),
                shrunk.replay());
    }

    /** What becomes of the results of a series, one after the other in the order of their seeds. */
    private final class Series {
        private final Scenario scenario;
        private final long firstSeed;
        private final long runs;
        private final long started = clock.nanos();
        private final Map<String, Long> reached = new TreeMap<>();
        private final List<Long> failed = new ArrayList<>();
        private long told = started;
        private long done;
        private long events;
        private long virtualNanos;
        private long hash;

        Series(Scenario scenario, long firstSeed, long runs) {
            this.scenario = scenario;
            this.firstSeed = firstSeed;
            this.runs = runs;
        }

        /** False to stop. */
        boolean add(ScenarioResult result) {
            done++;
            events += result.events();
            virtualNanos += result.virtualNanos();
            hash = fold(hash, result.traceHash());
            result.reached().forEach((mark, times) -> reached.merge(mark, times, Long::sum));
            if (!result.passed()) {
                failed.add(result.seed());
                out.printf(
                        "%s: seed %d failed: %s%n    options: %s%n    replay: ./daybook simulate --scenario '%s' --seed %d%n",
                        scenario.name(),
                        result.seed(),
                        String.valueOf(result.failure()),
                        result.options(),
                        scenario.name(),
                        result.seed());
            }
            progress();
            return failed.size() < FAILURES_MAX;
        }

        private void progress() {
            long now = clock.nanos();
            if (now - told >= PROGRESS_NANOS) {
                told = now;
                out.printf(
                        "%s: %,d of %,d runs, %d failed, %.0f runs/s%n",
                        scenario.name(), done, runs, failed.size(), done * 1e9 / (now - started));
                out.flush();
            }
        }

        Summary summary() {
            return new Summary(
                    scenario.name(),
                    firstSeed,
                    done,
                    threads,
                    failed,
                    hash,
                    events,
                    virtualNanos,
                    clock.nanos() - started,
                    reached,
                    unreached());
        }

        private List<String> unreached() {
            TreeSet<String> missing = new TreeSet<>();
            for (Enum<?> mark : scenario.marks()) {
                missing.add(ScenarioResult.name(mark));
            }
            missing.removeAll(reached.keySet());
            return List.copyOf(missing);
        }
    }

    /** Folds the trace hash of one more run into that of a series. */
    static long fold(long hash, long traceHash) {
        return SimRandom.mix(Long.rotateLeft(hash, 29) ^ traceHash);
    }

    /**
     * Many runs in figures.
     *
     * @param threads how many ran at a time
     * @param failedSeeds seeds whose runs failed, at most ten
     * @param hash of the trace hashes of all runs, in the order of their seeds
     * @param elapsedNanos real time
     * @param reached how often each mark was reached in all runs together
     * @param unreached marks of the scenario that no run reached
     */
    public record Summary(
            String scenario,
            long firstSeed,
            long runs,
            int threads,
            List<Long> failedSeeds,
            long hash,
            long events,
            long virtualNanos,
            long elapsedNanos,
            Map<String, Long> reached,
            List<String> unreached) {
        /** From so many runs on every mark must be reached. */
        public static final long MARKS_FROM_RUNS = 200_000;

        public Summary {
            failedSeeds = List.copyOf(failedSeeds);
            reached = Collections.unmodifiableMap(new TreeMap<>(reached));
            unreached = List.copyOf(unreached);
        }

        /** True if no run failed, and a long series reached every mark. */
        public boolean passed() {
            return failedSeeds.isEmpty() && (runs < MARKS_FROM_RUNS || unreached.isEmpty());
        }

        /** One line: runs, failures, seeds, speed, hash; a second one with the marks that were not reached. */
        @Override
        public String toString() {
            double seconds = Math.max(1, elapsedNanos) / 1e9;
            return "%s: %,d runs, %d failed, seeds %d to %d, %.1f s, %.0f runs/s per core, %,.0f events/s, %,.0f s of virtual time, hash %016x%s"
                    .formatted(
                            scenario,
                            runs,
                            failedSeeds.size(),
                            firstSeed,
                            firstSeed + runs - 1,
                            seconds,
                            runs / seconds / threads,
                            events / seconds,
                            virtualNanos / 1e9,
                            hash,
                            unreached.isEmpty()
                                    ? ""
                                    : "%n    never reached: ".formatted() + String.join(", ", unreached));
        }
    }
}
