package io.daybook.sim;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What came of one run.
 *
 * @param traceHash equal for equal runs
 * @param virtualNanos how long the run was in virtual time
 * @param reached how often each mark of a Probe was reached
 * @param failure the violation that ended the run, or null if all checks held
 * @param decisions of a failed run: the unusual things that were drawn and happened, in their order
 * @param options of a failed run, in clear text
 * @param lastEvents of each actor of a failed run, oldest first
 */
public record ScenarioResult(
        long seed,
        long traceHash,
        long events,
        long virtualNanos,
        Map<String, Long> reached,
        @Nullable Throwable failure,
        List<SimDecisions.Decision> decisions,
        String options,
        List<String> lastEvents) {

    private static final Pattern INVARIANT = Pattern.compile("([A-Z]{1,2}[0-9]+[a-z]?) is broken");

    public ScenarioResult {
        reached = Collections.unmodifiableMap(new TreeMap<>(reached)); // not Map.copyOf: its order differs between JVMs
        decisions = List.copyOf(decisions);
        lastEvents = List.copyOf(lastEvents);
    }

    /** Tells {@code story} in {@code world}; what it throws, assertions included, is the failure. */
    public static ScenarioResult of(SimWorld world, Scenario.Options options, Runnable story) {
        world.decisions().keepOnly(options.kept());
        if (options.traceLines() > 0) {
            world.traceMore();
        }
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
                failure == null ? List.of() : world.decisions().happened(),
                failure == null ? "" : world.options(),
                failure == null ? List.of() : world.lastEvents(options.traceLines()));
    }

    /** The name of a mark in reports, such as {@code WriterMark.CLOSED}. */
    public static String name(Enum<?> mark) {
        return mark.getDeclaringClass().getSimpleName() + "." + mark.name();
    }

    /** What was broken, such as {@code I5}, or the kind of the exception that ended the run; empty if it passed. */
    public String invariant() {
        if (failure == null) {
            return "";
        }
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        Matcher number = INVARIANT.matcher(String.valueOf(cause.getMessage()));
        return number.lookingAt() ? number.group(1) : cause.getClass().getSimpleName();
    }

    /** True if all checks held. */
    public boolean passed() {
        return failure == null;
    }
}
