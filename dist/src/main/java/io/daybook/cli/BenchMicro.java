package io.daybook.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code daybook bench micro} is the launcher's own, since its classes are among the tests; it is listed here so that help knows it. */
@Command(
        name = "micro",
        description = "Runs the hot paths one by one with JMH, whose options it takes.",
        footer = {"", "Example: ./daybook bench micro Codecs -f 1 -prof gc"})
final class BenchMicro implements Callable<Integer> {

    @Parameters(paramLabel = "OPTION", description = "an option of JMH, or part of the name of a benchmark")
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() {
        throw new CommandFailure(
                ExitCode.USAGE,
                "the small benchmarks%s need the source tree; run './daybook bench micro' there, not the packaged program"
                        .formatted(options.isEmpty() ? "" : " (" + String.join(" ", options) + ")"));
    }
}
