package io.daybook.sim;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What came of one run.
 *
 * @param traceHash equal for equal runs
 * @param virtualNanos how long the run was in virtual time
 * @param reached how often each mark of a Probe was reached
 * @param failure the violation that ended the run, or null if all checks held
 * @param lastEvents of a failed run, oldest first
 */
public record ScenarioResult(
        long seed,
        long traceHash,
        long events,
        long virtualNanos,
        Map<String, Long> reached,
        @Nullable Throwable failure,
        List<String> lastEvents) {

    public ScenarioResult {
        reached = Collections.unmodifiableMap(new TreeMap<>(reached)); // not Map.copyOf: its order differs between JVMs
        lastEvents = List.copyOf(lastEvents);
    }

    /** Tells {@code story} in {@code world}; what it throws, assertions included, is the failure. */
    public static ScenarioResult of(SimWorld world, Scenario.Options options, Runnable story) {
        Throwable failure = null;
        try {
            story.run();
        } catch (RuntimeException | AssertionError violation) {
            failure = violation;
        }
        return new ScenarioResult(
                world.seed(),
                world.traceHash(),
                world.events(),
                world.now(),
                world.reached(),
                failure,
                failure == null ? List.of() : world.lastEvents(options.traceLines()));
    }

    /** The name of a mark in reports, such as {@code WriterMark.CLOSED}. */
    public static String name(Enum<?> mark) {
        return mark.getDeclaringClass().getSimpleName() + "." + mark.name();
    }

    /** True if all checks held. */
    public boolean passed() {
        return failure == null;
    }
}
