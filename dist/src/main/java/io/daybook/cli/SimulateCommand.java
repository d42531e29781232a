package io.daybook.cli;

import java.util.concurrent.Callable;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code daybook simulate}: random failure schedules of the production classes, on simulated clocks, networks and disks. */
@Command(
        name = "simulate",
        description =
                "Runs random failure schedules in the simulator and checks the invariants; a failing seed is printed and can be replayed.",
        footer = {"", "Examples: daybook simulate --runs 1000", "          daybook simulate --seed 42"})
final class SimulateCommand implements Callable<Integer> {

    @Option(
            names = "--layer",
            paramLabel = "LAYER",
            defaultValue = "all",
            description = "ledger, stream or all (default)")
    private String layer = "all";

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "replay this one schedule, with its last events if it fails; with --runs the first seed")
    private @Nullable Long seed;

    @Option(names = "--runs", paramLabel = "N", description = "how many schedules (default 1000)")
    private @Nullable Long runs;

    @Override
    public Integer call() {
        if (runs != null && runs < 1) {
            throw new CommandFailure(ExitCode.USAGE, "--runs is %d; give 1 or more".formatted(runs));
        }
        ToolProvider simulator = ToolProvider.findFirst("daybook-simulate")
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.FAILED,
                        "the simulator is not on the class path; start the program with ./daybook simulate"));
        if (seed != null && runs == null) {
            return simulator.run(System.out, System.err, layer, "replay", seed.toString());
        }
        return simulator.run(
                System.out,
                System.err,
                layer,
                Long.toString(runs == null ? 1000 : runs),
                Long.toString(seed == null ? 1 : seed));
    }
}
