package io.daybook.bookie.embedded;

import io.daybook.base.exec.Futures;
import io.daybook.base.seam.HostPort;
import io.daybook.bookie.BookieException;
import io.daybook.ledger.metadata.LedgerTree;
import io.daybook.ledger.metadata.MetadataUri;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
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

    private final ZooKeeperServerEmbedded server;
    private final HostPort address;

    private EmbeddedZooKeeper(ZooKeeperServerEmbedded server, HostPort address) {
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
        ZooKeeperServerEmbedded server = null;
        try {
            Files.createDirectories(directory);
            checkFree(port);
            server = ZooKeeperServerEmbedded.builder()
                    .baseDir(directory)
                    .configuration(configuration(directory, port))
                    .exitHandler(ExitHandler.LOG_ONLY)
                    .build();
            server.start(START_TIMEOUT.toMillis());
            return new EmbeddedZooKeeper(server, new HostPort(LOOPBACK, server.getClientPort()));
        } catch (Exception failure) { // what ZooKeeper declares
            if (server != null) {
                server.close();
            }
            throw new BookieException.Refused(sentence(directory, port, Futures.cause(failure)), failure);
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
        server.close();
    }

    /** Finds out before ZooKeeper does, whose start would only time out. */
    private static void checkFree(int port) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(LOOPBACK, port));
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

    private static String sentence(Path directory, int port, Throwable failure) {
        return failure instanceof BindException
                ? "ZooKeeper cannot listen on %s:%d: the port is in use; choose another one, or 0 for any free one"
                        .formatted(LOOPBACK, port)
                : "ZooKeeper cannot start on %s: %s; see the log above".formatted(directory, failure.getMessage());
    }
}
