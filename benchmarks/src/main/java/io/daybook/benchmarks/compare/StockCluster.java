package io.daybook.benchmarks.compare;

import io.daybook.benchmarks.child.Child;
import io.daybook.benchmarks.child.Children;
import io.daybook.benchmarks.child.EndsWithParent;
import io.daybook.benchmarks.child.JavaCommand;
import io.daybook.benchmarks.load.Servers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Stock bookies, each in a JVM of its own on this machine, on metadata that somebody else keeps. They have the release's default settings but for where they
 * are, that they may listen on the loopback address, and what the caller sets.
 *
 * <p>Used by one thread, except that {@link #close} may come from another.
 */
public final class StockCluster implements Servers {
    private static final String MAIN = "org.apache.bookkeeper.server.Main";
    private static final long START_SECONDS = 90;
    private static final long TRY_MILLIS = 100;

    private final StockRelease release;
    private final Path folder;
    private final List<String> memory;
    private final Children bookies = new Children();

    /**
     * A cluster that has not started.
     *
     * @param folder an existing folder for data and logs
     * @param memory options for each JVM that bound its memory
     */
    public StockCluster(StockRelease release, Path folder, List<String> memory) {
        this.release = release;
        this.folder = folder;
        this.memory = List.copyOf(memory);
    }

    /** Starts {@code count} bookies on the metadata at {@code uri}; returns when they take connections. */
    public void start(String uri, int count, Map<String, String> settings) throws IOException {
        List<Integer> ports = freePorts(count);
        String classPath = release.classPath(List.of(EndsWithParent.copyTo(folder.resolve("classes"))));
        List<Child> started = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Path home = Files.createDirectories(folder.resolve("stock-" + i));
            Properties properties = new Properties();
            properties.setProperty("metadataServiceUri", uri);
            properties.setProperty("bookiePort", Integer.toString(ports.get(i)));
            properties.setProperty("advertisedAddress", "127.0.0.1");
            properties.setProperty("allowLoopback", "true");
            properties.setProperty("journalDirectories", home.resolve("journal").toString());
            properties.setProperty("ledgerDirectories", home.resolve("data").toString());
            properties.setProperty(
                    "diskUsageThreshold", "0.98"); // else it would not write to a disk that is nearly full
            properties.setProperty("diskUsageWarnThreshold", "0.97");
            settings.forEach(properties::setProperty);
            Path file = folder.resolve("stock-" + i + ".conf");
            try (var out = Files.newBufferedWriter(file, StandardCharsets.ISO_8859_1)) {
                properties.store(out, null);
            }
            JavaCommand command = new JavaCommand(memory, classPath, MAIN, List.of("--conf", file.toString()));
            started.add(bookies.startLogged("stock bookie " + i, command, folder.resolve("stock-" + i + ".log")));
        }
        for (int i = 0; i < count; i++) {
            await(started.get(i), ports.get(i));
        }
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                ports.add(socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
        return ports;
    }

    /** Asks for a connection until one comes, the process ends, or patience does. */
    private static void await(Child bookie, int port) throws IOException {
        for (long tries = START_SECONDS * 1000 / TRY_MILLIS; tries > 0; tries--) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) TRY_MILLIS);
                return;
            } catch (IOException notYet) {
                if (bookie.ended(TRY_MILLIS)) {
                    break;
                }
            }
        }
        throw new IOException("%s did not start: %s".formatted(bookie.name(), bookie.lastWords()));
    }

    @Override
    public List<Long> pids() {
        return bookies.pids();
    }

    /** Ends all processes. When it returns they are gone, whoever called it first. */
    @Override
    public void close() {
        bookies.close();
    }
}
