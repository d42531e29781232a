package io.daybook.sim;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A story that a seed tells in many ways: sets up a {@link SimWorld}, lets things go wrong, heals, and checks.
 *
 * <p>Found by {@code java.util.ServiceLoader}. An implementation keeps nothing between runs, and draws every choice from the seed.
 */
public interface Scenario {

    /** A word for the command line, such as {@code fencing}. */
    String name();

    /** What it drives: {@code ledger} or {@code stream}. */
    default String layer() {
        return "ledger";
    }

    /** The marks of a {@code Probe} that a long series must reach; a branch no schedule takes is a branch no schedule tests. */
    default Set<? extends Enum<?>> marks() {
        return Set.of();
    }

    /** How many runs of this scenario belong to {@code asked} schedules of all: slow scenarios take a part. */
    default long runs(long asked) {
        return asked;
    }

    /** One run, best written with {@link ScenarioResult#of}; returns also when a check failed. */
    ScenarioResult run(long seed, Options options);

    /**
     * What a caller may want of a run.
     *
     * @param traceLines how many of the last events of each actor a failing run shows, of its last 65,536
     * @param damaging whether disks may fail too
     * @param kept the only unusual decisions that may happen, or null for all
     */
    record Options(
            int traceLines, boolean damaging, @Nullable Set<SimDecisions.Decision> kept) {

        /** The last 200 events; disks keep their promises. */
        public static final Options USUAL = new Options(200, false);

        public Options {
            kept = kept == null ? null : Collections.unmodifiableSet(new LinkedHashSet<>(kept));
        }

        public Options(int traceLines, boolean damaging) {
            this(traceLines, damaging, null);
        }

        Options keeping(@Nullable Set<SimDecisions.Decision> some) {
            return new Options(traceLines, damaging, some);
        }

        Options tracing(int lines) {
            return new Options(lines, damaging, kept);
        }
    }
}
