package io.daybook.benchmarks.compare;

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
import java.util.concurrent.TimeUnit;

/**
 * Stock bookies, each in a JVM of its own on this machine, on metadata that somebody else keeps. They have the release's default settings but for where they
 * are, that they may listen on the loopback address, and what the caller sets.
 *
 * <p>Used by one thread, except that {@link #close} may come from another.
 */
public final class StockCluster implements Servers {
    private static final String MAIN = "org.apache.bookkeeper.server.Main";
    private static final long START_SECONDS = 90;
    private static final long STOP_SECONDS = 30;

    private final StockRelease release;
    private final Path folder;
    private final List<String> memory;
    private final Object ending = new Object(); // held while processes end, so that nobody thinks they had
    private final List<Process> processes = new ArrayList<>(); // guarded by this
    private boolean closed; // guarded by this

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
            spawn("stock-" + i, file);
        }
        for (int i = 0; i < count; i++) {
            await(i, ports.get(i));
        }
    }

    private void spawn(String name, Path configuration) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(memory);
        command.addAll(List.of("-cp", release.classPath(List.of()), MAIN, "--conf", configuration.toString()));
        synchronized (this) {
            if (closed) {
                throw new IOException("the stock cluster was closed while it started");
            }
            processes.add(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve(name + ".log").toFile())
                    .start());
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
    private void await(int number, int port) throws IOException {
        Process process;
        synchronized (this) {
            process = processes.get(number);
        }
        for (long tries = START_SECONDS * 10; tries > 0; tries--) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
                return;
            } catch (IOException notYet) {
                if (ended(process)) {
                    break;
                }
            }
        }
        throw new IOException("stock bookie %d did not start: %s".formatted(number, lastWords("stock-" + number)));
    }

    /** Whether it has ended by itself within a tenth of a second. */
    private static boolean ended(Process process) throws IOException {
        try {
            return process.waitFor(100, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IOException("interrupted while stock bookies started", e);
        }
    }

    private String lastWords(String name) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve(name + ".log"), StandardCharsets.UTF_8);
        return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
    }

    @Override
    public synchronized List<Long> pids() {
        return processes.stream().map(Process::pid).toList();
    }

    /** Ends all processes. When it returns they are gone, whoever called it first. */
    @Override
    public void close() {
        synchronized (ending) {
            List<Process> left;
            synchronized (this) {
                closed = true;
                left = List.copyOf(processes);
                processes.clear();
            }
            stop(left);
        }
    }

    private static void stop(List<Process> left) {
        left.forEach(Process::destroy);
        for (Process process : left) {
            boolean gone = false;
            try {
                gone = process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                System.err.println("daybook: interrupted while a stock bookie stopped; killing it");
            }
            if (!gone) {
                process.destroyForcibly().onExit().join();
            }
        }
    }
}
