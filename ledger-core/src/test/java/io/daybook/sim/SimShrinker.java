package io.daybook.sim;

import io.daybook.base.time.Clock;
import io.daybook.sim.Scenario.Options;
import io.daybook.sim.SimDecisions.Decision;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Looks for few decisions of a failed run that break the same invariant: delta debugging (Zeller, Hildebrandt: "Simplifying and isolating
 * failure-inducing input", 2002), bounded in attempts and time.
 */
final class SimShrinker {
    private static final int ATTEMPTS_MAX = 4_000;
    private static final long TIME_MAX_NANOS = 300_000_000_000L; // D9

    private final Scenario scenario;
    private final long seed;
    private final Options options;
    private final Clock clock;
    private int attempts;

    /** What is left of a run; {@code result} is that of the shrunk one. */
    record Shrunk(SimReplay replay, int before, int attempts, ScenarioResult result) {
        int after() {
            return result.decisions().size();
        }
    }

    SimShrinker(Scenario scenario, long seed, Options options, Clock clock) {
        this.scenario = scenario;
        this.seed = seed;
        this.options = options;
        this.clock = clock;
    }

    /** Shrinks {@code failed}, a run of this scenario and seed. */
    Shrunk shrink(ScenarioResult failed) {
        long deadline = clock.nanos() + TIME_MAX_NANOS;
        ScenarioResult best = failed;
        int parts = 1; // the first attempt leaves out everything
        while (!best.decisions().isEmpty() && attempts < ATTEMPTS_MAX && clock.nanos() < deadline) {
            int size = best.decisions().size();
            ScenarioResult fewer = without(best, failed.invariant(), Math.min(parts, size), deadline);
            if (fewer != null) {
                best = fewer;
                parts = Math.max(2, Math.min(parts, best.decisions().size()) - 1);
            } else if (parts >= size) {
                break; // every single one is needed
            } else {
                parts = Math.min(size, parts * 2);
            }
        }
        return new Shrunk(
                SimReplay.of(scenario.name(), seed, best.decisions()),
                failed.decisions().size(),
                attempts,
                best);
    }

    /** A run that lacks one of {@code parts} parts of the decisions of {@code from} and breaks {@code invariant}, or null. */
    private @org.jspecify.annotations.Nullable ScenarioResult without(
            ScenarioResult from, String invariant, int parts, long deadline) {
        List<Decision> all = from.decisions();
        for (int part = parts - 1; part >= 0; part--) { // late decisions matter least
            if (attempts >= ATTEMPTS_MAX || clock.nanos() > deadline) {
                return null;
            }
            int first = (int) ((long) all.size() * part / parts);
            int end = (int) ((long) all.size() * (part + 1) / parts);
            List<Decision> kept = new ArrayList<>(all.subList(0, first));
            kept.addAll(all.subList(end, all.size()));
            attempts++;
            ScenarioResult result = scenario.run(seed, options.keeping(new LinkedHashSet<>(kept)));
            if (!result.passed() && result.invariant().equals(invariant)) {
                return result;
            }
        }
        return null;
    }
}
