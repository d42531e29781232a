package io.daybook.bookie.embedded;

import io.daybook.base.exec.Futures;
import io.daybook.base.seam.HostPort;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.disk.DirectoryLock;
import io.daybook.ledger.metadata.LedgerTree;
import io.daybook.ledger.metadata.MetadataUri;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.zookeeper.server.embedded.ExitHandler;
import org.apache.zookeeper.server.embedded.ZooKeeperServerEmbedded;

/**
 * A ZooKeeper server in this process, reachable from this machine only: for tests, tutorials, {@code dev} and {@code zookeeper}.
 *
 * <p>What it knows outlives it: a server started again on the same directory goes on where the last one ended, even after a crash.
 *
 * <p><b>Threads.</b> {@link #start} and {@link #close} block until the server runs, or has let go of its port. The server brings its own threads.
 */
public final class EmbeddedZooKeeper implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(30);
    private static final String DEFAULT_ROOT = "/ledgers";

    private final DirectoryLock lock;
    private final ZooKeeperServerEmbedded server;
    private final HostPort address;

    private EmbeddedZooKeeper(DirectoryLock lock, ZooKeeperServerEmbedded server, HostPort address) {
        this.lock = lock;
        this.server = server;
        this.address = address;
    }

    /**
     * Starts a server. Fails with {@link BookieException.Refused}, leaving no server behind.
     *
     * @param directory where it keeps its data; made if missing
     * @param port to listen on, 0 for any free one
     */
    public static EmbeddedZooKeeper start(Path directory, int port) {
        checkFree("ZooKeeper", port);
        DirectoryLock lock = DirectoryLock.take(directory, "ZooKeeper server");
        ZooKeeperServerEmbedded server = null;
        try {
            server = ZooKeeperServerEmbedded.builder()
                    .baseDir(directory)
                    .configuration(configuration(directory, port))
                    .exitHandler(ExitHandler.LOG_ONLY)
                    .build();
            server.start(START_TIMEOUT.toMillis());
            return new EmbeddedZooKeeper(lock, server, new HostPort(LOOPBACK, server.getClientPort()));
        } catch (Exception failure) { // what ZooKeeper declares
            if (server != null) {
                server.close();
            }
            lock.close();
            throw new BookieException.Refused(
                    "ZooKeeper cannot start on %s: %s".formatted(directory, Futures.cause(failure)), failure);
        }
    }

    /** Where it listens. */
    public HostPort address() {
        return address;
    }

    /** The metadata URI of a cluster on this server, with the default layout and root. */
    public MetadataUri uri() {
        return new MetadataUri(List.of(address), LedgerTree.HIERARCHICAL, DEFAULT_ROOT);
    }

    /** Stops the server; clients see their connections close. */
    @Override
    public void close() {
        try {
            server.close();
        } finally {
            lock.close();
        }
    }

    /** Finds out before anything is made: ZooKeeper's own start would only time out. */
    static void checkFree(String who, int port) {
        if (!free(port)) {
            throw new BookieException.Refused(
                    "%s cannot listen on %s:%d: the port is in use; choose another one, or 0 for any free one"
                            .formatted(who, LOOPBACK, port),
                    null);
        }
    }

    /** Whether {@code port} could be listened on just now. */
    static boolean free(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(LOOPBACK, port));
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }

    private static Properties configuration(Path directory, int port) {
        Properties properties = new Properties();
        properties.setProperty(
                "dataDir", directory.resolve("data").toAbsolutePath().toString());
        properties.setProperty("clientPortAddress", LOOPBACK);
        properties.setProperty("clientPort", Integer.toString(port));
        properties.setProperty("tickTime", "500"); // ms; sessions end at multiples of it
        properties.setProperty("minSessionTimeout", "1000");
        properties.setProperty("maxSessionTimeout", "60000");
        properties.setProperty("maxClientCnxns", "0"); // every client is local
        properties.setProperty("admin.enableServer", "false");
        properties.setProperty("preAllocSize", "1024"); // KiB by which its log grows; the default is 64 MiB
        properties.setProperty("autopurge.snapRetainCount", "3");
        properties.setProperty("autopurge.purgeInterval", "1"); // hours
        return properties;
    }
}
