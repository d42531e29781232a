package io.daybook.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code daybook test} is the launcher's own; it is listed here so that help knows it. */
@Command(
        name = "test",
        description = "Builds Daybook with all checks and runs its tests.",
        footer = {"", "Example: ./daybook test"})
final class TestCommand implements Callable<Integer> {

    @Option(names = "--all", description = "run the long tests too")
    private boolean all;

    @Override
    public Integer call() {
        throw new CommandFailure(
                ExitCode.USAGE,
                "the tests%s need the source tree; run './daybook test' there, not the packaged program"
                        .formatted(all ? ", the long ones too," : ""));
    }
}
