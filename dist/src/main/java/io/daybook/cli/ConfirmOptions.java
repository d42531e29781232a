package io.daybook.cli;

import picocli.CommandLine.Option;

/** What destructive commands ask for. */
final class ConfirmOptions {

    @Option(names = "--yes", description = "really do it")
    private boolean yes;

    @Option(names = "--dry-run", description = "only say what would be done")
    private boolean dryRun;

    /** True if the command shall do {@code what}; a dry run says it and answers false; neither option given is a usage error. */
    boolean proceed(String what) {
        if (dryRun) {
            System.err.println("would " + what);
            return false;
        }
        if (!yes) {
            throw new CommandFailure(
                    ExitCode.USAGE, "this would " + what + " for ever; add --yes to do it, or --dry-run to only look");
        }
        return true;
    }
}
