package io.daybook.cli;

import io.daybook.cli.DevNote.Endpoints;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command talks to: {@code --metadata}, else {@code DAYBOOK_METADATA}, else the running {@code dev} cluster. */
final class MetadataOption {
    private static final String VARIABLE = "DAYBOOK_METADATA";

    @Option(
            names = "--metadata",
            paramLabel = "URI",
            description =
                    "the cluster, such as zk+hierarchical://127.0.0.1:2181/ledgers; else $DAYBOOK_METADATA, else the running dev cluster")
    private @Nullable String uri;

    /** The URI as text; says on standard error which one it is unless it was given on the command line. */
    String choose() {
        String found = find();
        if (found == null) {
            throw new CommandFailure(
                    ExitCode.UNAVAILABLE,
                    "no cluster was named and no dev cluster is running; start one with 'daybook dev', or name one with --metadata or "
                            + VARIABLE);
        }
        return found;
    }

    /** As {@link #choose}, but null if there is none. */
    @Nullable
    String find() {
        if (uri != null) {
            return uri;
        }
        String variable = System.getenv(VARIABLE);
        if (variable != null && !variable.isEmpty()) {
            System.err.println("using " + variable + " from " + VARIABLE);
            return variable;
        }
        Endpoints dev = DevNote.running();
        if (dev != null) {
            System.err.println("using the dev cluster at " + dev.metadata());
            return dev.metadata();
        }
        return null;
    }

    /** Whether the command line itself names a cluster. */
    boolean onCommandLine() {
        return uri != null;
    }

    /** The URI given on the command line or in the environment, or null. */
    @Nullable
    String given() {
        String variable = System.getenv(VARIABLE);
        return uri != null ? uri : variable == null || variable.isEmpty() ? null : variable;
    }
}
