package io.daybook.sim;

import io.daybook.base.time.Clock;
import io.daybook.sim.Scenario.Options;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** Runs a {@link Scenario} for many seeds, names those that fail, and replays one in the open. */
public final class SimRunner {
    private static final int FAILURES_MAX = 10; // after that the scenario is broken, not unlucky

    private final Clock clock;
    private final PrintStream out;

    /** Measures speed with {@code clock} and writes what a person should read to {@code out}. */
    public SimRunner(Clock clock, PrintStream out) {
        this.clock = clock;
        this.out = out;
    }

    /** Every scenario on the class path, in the order of their names. */
    public static List<Scenario> scenarios() {
        TreeMap<String, Scenario> byName = new TreeMap<>();
        ServiceLoader.load(Scenario.class).forEach(scenario -> byName.put(scenario.name(), scenario));
        return List.copyOf(byName.values());
    }

    /** Runs {@code runs} seeds from {@code firstSeed} on, and stops early after ten failures. */
    public Summary run(Scenario scenario, long firstSeed, long runs, Options options) {
        long started = clock.nanos();
        long done = 0;
        long events = 0;
        long virtualNanos = 0;
        Map<String, Long> reached = new TreeMap<>();
        List<Long> failed = new ArrayList<>();
        while (done < runs && failed.size() < FAILURES_MAX) {
            ScenarioResult result = scenario.run(firstSeed + done, options);
            done++;
            events += result.events();
            virtualNanos += result.virtualNanos();
            result.reached().forEach((mark, times) -> reached.merge(mark, times, Long::sum));
            if (!result.passed()) {
                failed.add(result.seed());
                out.printf(
                        "%s: seed %d failed: %s%n    replay: ./daybook simulate --layer %s --seed %d%n",
                        scenario.name(),
                        result.seed(),
                        String.valueOf(result.failure()),
                        scenario.layer(),
                        result.seed());
            }
        }
        return new Summary(scenario.name(), done, failed, events, virtualNanos, clock.nanos() - started, reached);
    }

    /** Runs one seed and shows how it ended, with the last events if it failed; then once more, to see that it repeats itself. */
    public ScenarioResult replay(Scenario scenario, long seed, Options options) {
        ScenarioResult result = scenario.run(seed, options);
        for (String event : result.lastEvents()) {
            out.println(event);
        }
        out.printf(
                "%s: seed %d %s after %,d events and %.3f s of virtual time, trace hash %016x%n",
                scenario.name(),
                seed,
                result.passed() ? "passed" : "FAILED",
                result.events(),
                result.virtualNanos() / 1e9,
                result.traceHash());
        if (result.failure() != null) {
            result.failure().printStackTrace(out);
        }
        long again = scenario.run(seed, options).traceHash();
        if (again != result.traceHash()) {
            throw new SimFailure(
                    seed,
                    "%s did not repeat itself: trace hash %016x, then %016x; something in it asks a clock, a thread or a hash order"
                            .formatted(scenario.name(), result.traceHash(), again));
        }
        return result;
    }

    /**
     * Many runs in figures.
     *
     * @param failedSeeds seeds whose runs failed, at most ten
     * @param elapsedNanos real time
     * @param reached how often each mark was reached in all runs together
     */
    public record Summary(
            String scenario,
            long runs,
            List<Long> failedSeeds,
            long events,
            long virtualNanos,
            long elapsedNanos,
            Map<String, Long> reached) {

        public Summary {
            failedSeeds = List.copyOf(failedSeeds);
            reached = Collections.unmodifiableMap(new TreeMap<>(reached));
        }

        /** True if no run failed. */
        public boolean passed() {
            return failedSeeds.isEmpty();
        }

        /** One line: runs, failures, speed. */
        @Override
        public String toString() {
            double seconds = Math.max(1, elapsedNanos) / 1e9;
            return "%s: %,d runs, %d failed, %.0f runs/s, %,.0f events/s, %,.0f s of virtual time"
                    .formatted(
                            scenario, runs, failedSeeds.size(), runs / seconds, events / seconds, virtualNanos / 1e9);
        }
    }
}
