package io.daybook.bookie.server;

import io.daybook.base.config.ConfigSection;
import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;
import io.daybook.base.seam.HostPort;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.journal.JournalConfig;
import io.daybook.bookie.storage.StorageConfig;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.Labels;
import io.daybook.ledger.metadata.MetadataUri;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All settings of one bookie: sections {@code bookie} and {@code metadata}, and the key {@code memory}.
 *
 * @param bind where to listen; port 0 takes any free one
 * @param advertised host under which clients reach the bookie
 * @param id name in metadata; null: advertised host and port
 * @param frameSizeMax largest frame taken or sent, with its length
 * @param firstTouchCheck whether a ledger is looked up in metadata before the bookie keeps anything of it (R65a)
 * @param readOnly whether the bookie takes no new entries from the start
 * @param lossAccepted whether to start, as a new incarnation, when directories are empty or older than they were (R79)
 * @param loops threads that own connections and ledgers
 * @param memory bound of caches and queues together, outside the Java heap
 * @param metadata where the cluster's metadata is
 * @param sessionTimeout how long the bookie may be out of touch with it before it counts as down
 * @param labels where the bookie stands, for placement; published in its registration
 */
public record BookieConfig(
        HostPort bind,
        String advertised,
        @Nullable BookieId id,
        DataSize frameSizeMax,
        boolean firstTouchCheck,
        boolean readOnly,
        boolean lossAccepted,
        int loops,
        DataSize memory,
        MetadataUri metadata,
        Duration sessionTimeout,
        JournalConfig journal,
        StorageConfig storage,
        Labels labels) {

    private static final int PORT = 3181;
    private static final DataSize MEMORY = DataSize.mebibytes(256);
    private static final DataSize MEMORY_MIN = DataSize.mebibytes(32);
    private static final DataSize FRAME_SIZE_MAX = DataSize.mebibytes(5);
    private static final int LOOPS_MAX = 64;

    // how the memory is divided, in percent; the rest is for the index
    private static final int WRITE_CACHES = 40;
    private static final int READ_CACHES = 15;
    private static final int REQUESTS = 20;
    private static final int JOURNAL_QUEUE = 10;

    public BookieConfig {
        Check.argument(loops > 0 && loops <= LOOPS_MAX, "loops is %s but must be between 1 and %s", loops, LOOPS_MAX);
        Check.argument(memory.compareTo(MEMORY_MIN) >= 0, "memory is %s but must be at least %s", memory, MEMORY_MIN);
    }

    /** A bookie that keeps everything below {@code folder}, listens on a loopback port, and has defaults for the rest. */
    public static BookieConfig in(Path folder, MetadataUri metadata, int port) {
        return of(
                new HostPort("127.0.0.1", port),
                metadata,
                MEMORY,
                JournalConfig.in(folder.resolve("journal")),
                defaultStorage(folder.resolve("data"), MEMORY));
    }

    private static BookieConfig of(
            HostPort bind, MetadataUri metadata, DataSize memory, JournalConfig journal, StorageConfig storage) {
        return new BookieConfig(
                bind,
                bind.host(),
                null,
                FRAME_SIZE_MAX,
                true,
                false,
                false,
                defaultLoops(),
                memory,
                metadata,
                Duration.ofSeconds(10),
                journal,
                storage,
                Labels.NONE);
    }

    private static StorageConfig defaultStorage(Path data, DataSize memory) {
        DataSize readCache = percent(memory, READ_CACHES);
        return new StorageConfig(
                List.of(data),
                percent(memory, WRITE_CACHES),
                readCache,
                readCache.compareTo(DataSize.mebibytes(1)) < 0 ? readCache : DataSize.mebibytes(1),
                percent(memory, 100 - WRITE_CACHES - READ_CACHES - REQUESTS - JOURNAL_QUEUE),
                DataSize.gibibytes(1),
                Duration.ofSeconds(60));
    }

    /** Reads a whole configuration; problems are recorded in the sections. {@code root} is the top of the file. */
    public static BookieConfig from(ConfigSection root) {
        ConfigSection bookie = root.section("bookie");
        DataSize memory = root.size("memory", MEMORY, MEMORY_MIN, DataSize.gibibytes(1024));
        Path folder = bookie.path("folder", Path.of("daybook-data"));
        String bind = bookie.text("bind", "127.0.0.1");
        JournalConfig journal = JournalConfig.from(bookie.section("journal"), folder.resolve("journal"));
        StorageConfig storage = StorageConfig.from(
                bookie.section("storage"),
                folder.resolve("data"),
                percent(memory, WRITE_CACHES),
                percent(memory, READ_CACHES));
        Labels labels = labels(bookie);
        ConfigSection metadata = root.section("metadata");
        return new BookieConfig(
                new HostPort(bind.isEmpty() ? "127.0.0.1" : bind, bookie.integer("port", PORT, 0, 65_535)),
                bookie.text("advertised", bind.isEmpty() ? "127.0.0.1" : bind),
                id(bookie),
                bookie.size("frame-size-max", FRAME_SIZE_MAX, DataSize.kibibytes(64), DataSize.mebibytes(64)),
                bookie.bool("first-touch-check", true),
                bookie.bool("read-only", false),
                bookie.bool("accept-data-loss", false),
                bookie.integer("loops", defaultLoops(), 1, LOOPS_MAX),
                memory,
                uri(metadata),
                metadata.duration(
                        "session-timeout", Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofMinutes(5)),
                journal,
                storage,
                labels);
    }

    private static @Nullable BookieId id(ConfigSection bookie) {
        String id = bookie.text("id", "");
        if (id.isEmpty()) {
            return null;
        }
        if (!BookieId.valid(id)) {
            bookie.problem("id", "'%s' is not a bookie id: use letters, digits, '-', '_', '.' and ':'".formatted(id));
            return null;
        }
        return new BookieId(id);
    }

    private static Labels labels(ConfigSection bookie) {
        try {
            return Labels.parse(bookie.text("labels", ""));
        } catch (IllegalArgumentException malformed) {
            bookie.problem("labels", String.valueOf(malformed.getMessage()));
            return Labels.NONE;
        }
    }

    private static MetadataUri uri(ConfigSection metadata) {
        String text = metadata.text("uri", "zk+hierarchical://127.0.0.1:2181/ledgers");
        try {
            return MetadataUri.parse(text);
        } catch (IllegalArgumentException malformed) {
            metadata.problem("uri", String.valueOf(malformed.getMessage()));
            return MetadataUri.parse("zk://127.0.0.1:2181/ledgers");
        }
    }

    /** One loop per two processors: the journal, the flusher and the kernel want some too. */
    private static int defaultLoops() {
        return Math.max(1, Math.min(16, Runtime.getRuntime().availableProcessors() / 2));
    }

    private static DataSize percent(DataSize of, int percent) {
        return DataSize.bytes(Math.max(of.bytes() / 100 * percent, 1 << 20));
    }

    /** What requests and answers may hold: never more than the journal queues, so that its queue is never the one that overflows. */
    public ServerLimits limits() {
        DataSize share = percent(memory, REQUESTS);
        DataSize queue = journal.queueSizeMax();
        return ServerLimits.within(share.compareTo(queue) < 0 ? share : queue, frameSizeMax);
    }

    /** Where everything is. */
    public Layout layout() {
        List<Path> data = storage.directories();
        return new Layout(journal.directory(), data.get(0), data.subList(1, data.size()));
    }

    /** This configuration with other switches, for tests and embedded use. */
    public BookieConfig with(boolean checkFirstTouch, boolean startReadOnly) {
        return new BookieConfig(
                bind,
                advertised,
                id,
                frameSizeMax,
                checkFirstTouch,
                startReadOnly,
                lossAccepted,
                loops,
                memory,
                metadata,
                sessionTimeout,
                journal,
                storage,
                labels);
    }

    /** This configuration with another host to listen on and to be reached under. */
    public BookieConfig withHost(String host) {
        return new BookieConfig(
                new HostPort(host, bind.port()),
                host,
                id,
                frameSizeMax,
                firstTouchCheck,
                readOnly,
                lossAccepted,
                loops,
                memory,
                metadata,
                sessionTimeout,
                journal,
                storage,
                labels);
    }

    /** This configuration with another session time-out. */
    public BookieConfig withSessionTimeout(Duration timeout) {
        return new BookieConfig(
                bind,
                advertised,
                id,
                frameSizeMax,
                firstTouchCheck,
                readOnly,
                lossAccepted,
                loops,
                memory,
                metadata,
                timeout,
                journal,
                storage,
                labels);
    }

    /** This configuration with another bound for caches and queues; sections keep their sizes. */
    public BookieConfig withMemory(DataSize other) {
        return new BookieConfig(
                bind,
                advertised,
                id,
                frameSizeMax,
                firstTouchCheck,
                readOnly,
                lossAccepted,
                loops,
                other,
                metadata,
                sessionTimeout,
                journal,
                new StorageConfig(
                        storage.directories(),
                        percent(other, WRITE_CACHES),
                        percent(other, READ_CACHES),
                        DataSize.bytes(Math.min(
                                storage.readAhead().bytes(),
                                percent(other, READ_CACHES).bytes())),
                        percent(other, 100 - WRITE_CACHES - READ_CACHES - REQUESTS - JOURNAL_QUEUE),
                        storage.fileSizeMax(),
                        storage.flushInterval()),
                labels);
    }
}
