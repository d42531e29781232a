package io.daybook.sim;

import io.daybook.base.time.Clock;
import io.daybook.sim.Scenario.Options;
import java.io.PrintWriter;

/** Looks for each of the {@link PlantedBugs} with seeds from the first on, until an invariant breaks, and prints a table as it goes. */
final class MutantHunt {
    static final long RUNS = 1_000_000;
    private static final long SOON_RUNS = 20_000;
    private static final Options QUICK = new Options(0, false);

    private final PlantedBugs bugs;
    private final int threads;
    private final Clock clock;
    private final PrintWriter out;

    MutantHunt(PlantedBugs bugs, int threads, Clock clock, PrintWriter out) {
        this.bugs = bugs;
        this.threads = threads;
        this.clock = clock;
        this.out = out;
    }

    /** Runs at most {@code runs} schedules for each; false if fewer were found than must be. */
    boolean run(long firstSeed, long runs) {
        int found = 0;
        int soon = 0;
        int singles = 0;
        int pairs = 0;
        int pairsFound = 0;
        out.printf("%-16s %-58s %12s %-20s %9s%n", "rule", "planted bug", "found after", "broken", "time");
        out.flush();
        for (PlantedBugs.Bug bug : bugs.all()) {
            long started = clock.nanos();
            Finding finding = new Finding();
            SeedSweep.run(seed -> bug.scenario().run(seed, QUICK), firstSeed, runs, threads, finding::add);
            boolean caught = !finding.invariant.isEmpty();
            if (bug.counted()) {
                singles++;
                found += caught ? 1 : 0;
                soon += caught && finding.schedules <= SOON_RUNS ? 1 : 0;
            } else {
                pairs++;
                pairsFound += caught ? 1 : 0;
            }
            out.printf(
                    "%-16s %-58s %12s %-20s %7.1f s%n",
                    bug.rules(),
                    bug.sentence(),
                    caught ? "%,d".formatted(finding.schedules) : "never",
                    finding.invariant,
                    (clock.nanos() - started) / 1e9);
            out.flush();
        }
        out.printf(
                "found %d of %d within %,d, %d within %,d; beside them %d of %d others%n",
                found, singles, runs, soon, SOON_RUNS, pairsFound, pairs);
        out.flush();
        return (runs < RUNS || found >= bugs.foundMin() && pairsFound == pairs)
                && (runs < SOON_RUNS || soon >= bugs.foundSoonMin());
    }

    /** Counts schedules up to the first that failed. */
    private static final class Finding {
        private long schedules;
        private String invariant = "";

        boolean add(ScenarioResult result) {
            schedules++;
            invariant = result.invariant();
            return result.passed();
        }
    }
}
