package io.daybook.sim.ledger;

import io.daybook.base.time.SystemClock;
import io.daybook.sim.Scenario;
import io.daybook.sim.Scenario.Options;
import io.daybook.sim.SimRunner;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Prints the folded trace hash of each ledger scenario over some seeds: arguments are the first seed and how many. */
final class HashSeries {
    private HashSeries() {}

    public static void main(String[] arguments) {
        System.out.println(hashes(Long.parseLong(arguments[0]), Long.parseLong(arguments[1]), 1));
    }

    /** The hash of every ledger scenario, with {@code threads} runs at a time. */
    static String hashes(long firstSeed, long runs, int threads) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        SimRunner runner = new SimRunner(SystemClock.INSTANCE, nowhere, threads);
        StringBuilder all = new StringBuilder();
        for (Scenario scenario : List.of(new LedgerScenario(), new StorageScenario())) {
            long part = Math.max(1, runs / 10) * (scenario instanceof StorageScenario ? 1 : 10);
            all.append("%016x "
                    .formatted(runner.run(scenario, firstSeed, part, new Options(0, false))
                            .hash()));
        }
        return all.toString().strip();
    }
}
