package io.daybook.bookie.journal;

import io.daybook.base.config.ConfigSection;
import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;
import java.nio.file.Path;

/**
 * How one journal groups, syncs and rolls: section {@code bookie.journal} of the configuration file.
 *
 * @param directory where the files are; a device of its own if there is one
 * @param fileSizeMax size that files grow to; the first ones are smaller, so that a small bookie stays small
 * @param groupSizeMax most bytes written with one sync; a larger record is a group of its own
 * @param queueSizeMax most bytes waiting; what comes beyond is refused
 * @param direct whether to write around the page cache where the file system allows it
 */
public record JournalConfig(
        Path directory, DataSize fileSizeMax, DataSize groupSizeMax, DataSize queueSizeMax, boolean direct) {

    public JournalConfig {
        Check.argument(
                fileSizeMax.bytes() >= 64 << 10 && fileSizeMax.bytes() <= 8L << 30,
                "file-size-max is %s but must be between 64KiB and 8GiB",
                fileSizeMax);
        Check.argument(
                groupSizeMax.bytes() >= JournalFormat.BLOCK && groupSizeMax.bytes() <= 16 << 20,
                "group-size-max is %s but must be between 4KiB and 16MiB",
                groupSizeMax);
        Check.argument(
                queueSizeMax.compareTo(groupSizeMax) >= 0,
                "queue-size-max is %s but must be at least group-size-max, %s",
                queueSizeMax,
                groupSizeMax);
    }

    /** The defaults, with the journal in {@code directory}. */
    public static JournalConfig in(Path directory) {
        return new JournalConfig(
                directory, DataSize.mebibytes(512), DataSize.kibibytes(512), DataSize.mebibytes(64), true);
    }

    /** Reads the section; {@code byDefault} is the directory if none is given. */
    public static JournalConfig from(ConfigSection section, Path byDefault) {
        JournalConfig defaults = in(byDefault);
        DataSize group = section.size(
                "group-size-max", defaults.groupSizeMax(), DataSize.bytes(JournalFormat.BLOCK), DataSize.mebibytes(16));
        DataSize queue =
                section.size("queue-size-max", defaults.queueSizeMax(), DataSize.kibibytes(64), DataSize.gibibytes(4));
        if (queue.compareTo(group) < 0) {
            section.problem("queue-size-max", "is %s but must be at least group-size-max, %s".formatted(queue, group));
            queue = group;
        }
        return new JournalConfig(
                section.path("directory", byDefault),
                section.size("file-size-max", defaults.fileSizeMax(), DataSize.mebibytes(16), DataSize.gibibytes(8)),
                group,
                queue,
                section.bool("direct", defaults.direct()));
    }
}
