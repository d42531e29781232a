package io.daybook.cli;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code daybook simulate}: random failure schedules of the production classes, on simulated clocks, networks and disks. */
@Command(
        name = "simulate",
        description =
                "Runs random failure schedules in the simulator and checks the invariants; a failing seed is printed and can be replayed.",
        footer = {"", "Examples: daybook simulate --runs 1000", "          daybook simulate --seed 42"})
final class SimulateCommand implements Callable<Integer> {
    private static final long RUNS = 1000;

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

    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Override
    public Integer call() {
        if (runs != null && runs < 1) {
            throw new CommandFailure(ExitCode.USAGE, "--runs is %d; give 1 or more".formatted(runs));
        }
        ToolProvider simulator = ToolProvider.findFirst("daybook-simulate")
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.FAILED,
                        "the simulator is not on the class path; start the program with ./daybook simulate"));
        boolean replay = seed != null && runs == null;
        long first = seed == null ? 1 : seed;
        long count = replay ? 1 : runs == null ? RUNS : runs;
        PrintStream report = output.json() ? System.err : System.out;
        int code = replay
                ? simulator.run(report, System.err, layer, "replay", Long.toString(first))
                : simulator.run(report, System.err, layer, Long.toString(count), Long.toString(first));
        if (output.json()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("layer", layer);
            result.put("seed", first);
            result.put("runs", count);
            result.put("passed", code == ExitCode.OK);
            System.out.println(Json.line(result));
        }
        return code;
    }
}
