package io.daybook.bookie.storage;

import io.daybook.base.config.ConfigSection;
import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;
import io.daybook.bookie.disk.Layout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where entries are kept and with how much memory: section {@code bookie.storage}.
 *
 * @param directories data folders, one per device; the first also holds the index
 * @param writeCache memory of all write caches together: more lets a flush sort more, and a stall of the disk last longer
 * @param readCache memory of all read caches together
 * @param readAhead most that is fetched ahead for a reader that goes in order
 * @param indexCache memory of the index, RocksDB's cache and buffers
 * @param fileSizeMax an entry-log file is closed when it reaches this
 * @param flushInterval how long an entry stays in memory at most; bounds what a start has to replay
 */
public record StorageConfig(
        List<Path> directories,
        DataSize writeCache,
        DataSize readCache,
        DataSize readAhead,
        DataSize indexCache,
        DataSize fileSizeMax,
        Duration flushInterval) {

    public StorageConfig {
        directories = List.copyOf(directories);
        Check.argument(!directories.isEmpty(), "entries need at least one directory");
        Check.argument(
                readAhead.compareTo(readCache) <= 0,
                "read-ahead is %s but must fit into read-cache, %s",
                readAhead,
                readCache);
        Check.argument(!flushInterval.isNegative() && !flushInterval.isZero(), "flush-interval must be more than 0");
    }

    /** The settings of {@code section}; entries go to {@code directory} unless it says otherwise, caches get the given sizes unless it does. */
    public static StorageConfig from(ConfigSection section, Path directory, DataSize writeCache, DataSize readCache) {
        List<Path> directories = section.paths("directories", List.of(directory));
        DataSize write = section.size("write-cache", writeCache, DataSize.mebibytes(1), DataSize.gibibytes(64));
        DataSize read = section.size("read-cache", readCache, DataSize.mebibytes(1), DataSize.gibibytes(64));
        DataSize ahead = section.size(
                "read-ahead",
                DataSize.mebibytes(1), // one request of this size costs little more than one of 64 KiB
                DataSize.kibibytes(64),
                DataSize.mebibytes(16));
        if (ahead.compareTo(read) > 0) {
            section.problem("read-ahead", "is %s but must fit into read-cache, %s".formatted(ahead, read));
            ahead = read;
        }
        return new StorageConfig(
                directories.isEmpty() ? List.of(directory) : directories,
                write,
                read,
                ahead,
                section.size("index-cache", DataSize.mebibytes(64), DataSize.mebibytes(8), DataSize.gibibytes(16)),
                section.size("file-size-max", DataSize.gibibytes(1), DataSize.mebibytes(1), DataSize.gibibytes(16)),
                section.duration(
                        "flush-interval", Duration.ofSeconds(60), Duration.ofMillis(100), Duration.ofHours(1)));
    }

    /** The folders of the entry logs. */
    List<Path> entryDirectories() {
        return directories.stream()
                .map(directory -> new Layout(directory, directory).entries())
                .toList();
    }

    /** The folder of the index. */
    public Path indexDirectory() {
        return new Layout(directories.get(0), directories.get(0)).index();
    }
}
