package io.daybook.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
        footer = {
            "",
            "Examples: daybook simulate --runs 20000",
            "          daybook simulate --scenario takeover --seed 42",
            "          daybook simulate --mutants"
        })
final class SimulateCommand implements Callable<Integer> {
    private static final long RUNS = 1000;
    private static final long MUTANT_RUNS = 1_000_000;

    @Option(
            names = "--layer",
            paramLabel = "LAYER",
            defaultValue = "all",
            description = "ledger, stream or all (default)")
    private String layer = "all";

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            defaultValue = "all",
            description = "one scenario alone, such as takeover or takeover-on-disk")
    private String scenario = "all";

    @Option(
            names = "--seed",
            paramLabel = "S",
            description =
                    "replay this one schedule; if it fails, show its last events and shrink it; with --runs the first seed")
    private @Nullable Long seed;

    @Option(
            names = "--replay",
            paramLabel = "WORD",
            description = "replay a shrunk schedule, such as takeover/42/strike:0,3, as a failure prints it")
    private @Nullable String replay;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description =
                    "how many schedules (default 1000; slow scenarios take a 40th); with --mutants at most for each bug (default 1000000)")
    private @Nullable Long runs;

    @Option(
            names = "--mutants",
            description = "plant one bug after the other and see after how many schedules each is found")
    private boolean mutants;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "schedules at a time (default one per core); the findings do not depend on it")
    private int threads = Runtime.getRuntime().availableProcessors();

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
        if (threads < 1) {
            throw new CommandFailure(ExitCode.USAGE, "--threads is %d; give 1 or more".formatted(threads));
        }
        if (replay != null && (mutants || seed != null || runs != null)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--replay names a schedule by itself; leave out --seed, --runs and --mutants");
        }
        boolean one = seed != null && runs == null && !mutants;
        long first = seed == null ? 1 : seed;
        long count = replay != null || one ? 1 : runs != null ? runs : mutants ? MUTANT_RUNS : RUNS;
        List<String> words = new ArrayList<>(List.of(layer, scenario, Integer.toString(threads)));
        if (replay != null) {
            words.addAll(List.of("replay", replay));
        } else if (one) {
            words.addAll(List.of("seed", Long.toString(first)));
        } else {
            words.addAll(List.of(mutants ? "mutants" : "run", Long.toString(count), Long.toString(first)));
        }
        PrintStream report = output.json() ? System.err : System.out;
        int code = simulator.run(report, System.err, words.toArray(String[]::new));
        if (output.json()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("layer", layer);
            result.put("scenario", scenario);
            result.put("seed", first);
            result.put("runs", count);
            result.put("passed", code == ExitCode.OK);
            System.out.println(Json.line(result));
        }
        return code;
    }
}
