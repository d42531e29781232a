package io.daybook.cli;

import io.daybook.base.config.DataSize;
import io.daybook.base.error.FileReason;
import io.daybook.base.exec.Threads;
import io.daybook.benchmarks.load.LocalCluster;
import io.daybook.benchmarks.load.Servers;
import io.daybook.ledger.Replication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cluster a load runs on.
 *
 * @param uri where its metadata is
 * @param servers its processes, as far as they are known
 * @param folder where a throw-away cluster keeps everything, null for one that is somebody else's
 */
record BenchCluster(String uri, Servers servers, @Nullable Path folder) implements AutoCloseable {
    private static final int BOOKIES_MIN = 3;
    private static final int BOOKIES_MAX = 20; // each a JVM
    private static final DataSize ROOM_MIN = DataSize.gibibytes(1); // with less a bookie may begin to take no entries
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * The cluster at {@code uri}; without one, a new one in a new folder below {@code parent}.
     *
     * @param pids its servers, where the caller knows them
     * @param replication of the ledgers on it
     * @param volume bytes that are written before anything is measured, one copy of them
     */
    static BenchCluster open(
            @Nullable String uri, List<Long> pids, @Nullable Path parent, Replication replication, long volume)
            throws IOException {
        if (uri != null && !pids.isEmpty()) {
            return new BenchCluster(uri, Servers.of(pids), null);
        }
        if (uri != null) {
            DevNote.Endpoints dev = DevNote.running();
            Servers servers =
                    dev != null && dev.metadata().equals(uri) ? Servers.of(List.of(dev.pid())) : Servers.UNKNOWN;
            return new BenchCluster(uri, servers, null);
        }
        int bookies = bookies(replication);
        checkRoom(parent == null ? Path.of(System.getProperty("java.io.tmpdir")) : parent, replication, volume);
        Path folder = parent == null
                ? Files.createTempDirectory("daybook-bench-")
                : Files.createTempDirectory(parent, "daybook-bench-");
        System.err.println(
                "starting a throw-away cluster of %d bookies, each a process, in %s".formatted(bookies, folder));
        LocalCluster cluster = new LocalCluster(folder, Main.class.getName(), bookies);
        Threads.onExit(() -> giveUp(cluster));
        boolean started = false;
        try {
            cluster.start(metadata -> {
                try (Connection connection = Connection.open(metadata)) {
                    connection.init();
                }
            });
            started = true;
            return new BenchCluster(cluster.uri(), cluster, folder);
        } finally {
            if (!started) {
                end(cluster, folder);
            }
        }
    }

    /** How many bookies a throw-away cluster has. */
    static int bookies(Replication replication) {
        if (replication.ensemble() > BOOKIES_MAX) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--replication %s wants %d bookies, and a throw-away cluster has at most %d, each a process; ask for fewer, or name a cluster with --metadata"
                            .formatted(replication, replication.ensemble(), BOOKIES_MAX));
        }
        return Math.max(BOOKIES_MIN, replication.ensemble());
    }

    private static void checkRoom(Path parent, Replication replication, long volume) throws IOException {
        long room = Files.getFileStore(parent).getUsableSpace();
        double wanted = ROOM_MIN.bytes() + (double) volume * replication.writeQuorum();
        if (room < wanted) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "a throw-away cluster needs %,.0f MB for this, and the disk of %s has %,d MB left; name a folder on another with --data%s"
                            .formatted(
                                    Math.ceil(wanted / 1e6),
                                    parent,
                                    room / 1_000_000,
                                    volume > 0 ? ", or give a smaller --volume" : ""));
        }
    }

    /** The process is told to end; the load and its client may need the servers until they have. */
    private static void giveUp(LocalCluster cluster) {
        try {
            cluster.giveUp();
            cluster.awaitClosed(PATIENCE);
        } catch (InterruptedException e) {
            System.err.println("daybook: interrupted while closing; ending all the same");
        }
    }

    boolean throwAway() {
        return folder != null;
    }

    /** For people. */
    String words() {
        return throwAway() ? "throw-away, %d bookies".formatted(servers.pids().size()) : uri;
    }

    @Override
    public void close() {
        end(servers, folder);
    }

    private static void end(Servers servers, @Nullable Path folder) {
        servers.close();
        if (folder != null) {
            try {
                Trees.delete(folder);
            } catch (IOException e) {
                System.err.println(
                        "daybook: cannot remove %s (%s); remove it by hand".formatted(folder, FileReason.of(e)));
            }
        }
    }
}
