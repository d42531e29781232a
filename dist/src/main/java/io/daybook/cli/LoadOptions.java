package io.daybook.cli;

import io.daybook.base.config.DataSize;
import io.daybook.ledger.Replication;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What all loads have: how large a record is, how it is kept, and where a throw-away cluster keeps it. */
final class LoadOptions {
    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "1KiB",
            description =
                    "bytes of each entry or record, 8B to 4MiB, in comparisons to 1MiB (default ${DEFAULT-VALUE})")
    private DataSize size = DataSize.kibibytes(1);

    @Option(
            names = "--replication",
            paramLabel = "E/Qw/Qa",
            defaultValue = "3/3/2",
            description = "bookies, copies, acknowledgements (default ${DEFAULT-VALUE})")
    private Replication replication = Replication.DEFAULT;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "start a throw-away cluster, with its folder in this one (default: the system's temporary folder); its disk is what is measured")
    private @Nullable Path data;

    DataSize size() {
        return size;
    }

    Replication replication() {
        return replication;
    }

    /** Where a throw-away cluster makes its folder; null for the system's temporary folder. */
    @Nullable
    Path data() {
        return data;
    }

    /** Refuses a folder in which no cluster can keep its data. */
    void checkData() {
        if (data != null && !(Files.isDirectory(data) && Files.isWritable(data))) {
            throw new CommandFailure(ExitCode.USAGE, "--data %s is no folder that can be written to".formatted(data));
        }
    }
}
