package io.daybook.sim;

import java.util.Set;

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

    /** One run, best written with {@link ScenarioResult#of}; returns also when a check failed. */
    ScenarioResult run(long seed, Options options);

    /**
     * What a caller may want of a run.
     *
     * @param traceLines how many of the last events a failing run shows, 0 to 256
     * @param damaging whether disks may fail too
     */
    record Options(int traceLines, boolean damaging) {

        /** The last 200 events; disks keep their promises. */
        public static final Options USUAL = new Options(200, false);
    }
}
