package io.daybook.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point of {@code daybook}: parses the command line and exits with the command's code. */
@Command(
        name = "daybook",
        description = "Keeps log streams: replicated, durable, in order.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        scope = CommandLine.ScopeType.INHERIT,
        subcommands = {
            DemoCommand.class,
            TestCommand.class,
            DevCommand.class,
            StreamCommand.class,
            LedgerCommand.class,
            BookieCommand.class,
            ClusterCommand.class,
            ZooKeeperCommand.class,
            ConfigCommand.class,
            SimulateCommand.class,
            BenchCommand.class
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 conflict or fenced, 5 unavailable or timed out,",
            "6 refused, 7 a check found problems, 130 interrupted,",
            "141 the reader of its output went away.",
            "",
            "Example: daybook demo"
        })
public final class Main extends Group {

    private Main() {}

    public static void main(String[] args) {
        StandardOutput.install();
        System.exit(execute(args));
    }

    /** Runs one command; returns its exit code. */
    static int execute(String... args) {
        return commandLine().execute(args);
    }

    /** All commands, with their converters and handlers. */
    static CommandLine commandLine() {
        Problems problems = new Problems();
        CommandLine program = new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(problems)
                .setExecutionExceptionHandler(problems)
                .setExecutionStrategy(problems::execute);
        Converters.register(program);
        return program;
    }
}
