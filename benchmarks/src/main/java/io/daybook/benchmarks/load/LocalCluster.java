package io.daybook.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A throw-away cluster: ZooKeeper and bookies, each in a JVM of its own on this machine, started with the class path of this process. They listen on
 * the loopback address, on ports the system chooses; all their data is in one folder, which the caller removes.
 *
 * <p>Thread-safe: {@link #close} may come while another thread is in {@link #start} or {@link #restart}, which then fail.
 */
public final class LocalCluster implements Servers {
    /** Told where the new cluster's metadata is, to write the first of it. */
    @FunctionalInterface
    public interface Init {
        void cluster(String uri);
    }

    /** What the launcher starts a bookie with. */
    private static final List<String> TUNING =
            List.of("-XX:+UseSerialGC", "-Xms112m", "-Xmn48m", "-XX:MetaspaceSize=64m");

    /** Bounds of each bookie: several of them share this machine. */
    private static final List<String> LIMITS = List.of("-Xmx512m", "-XX:MaxDirectMemorySize=512m");

    private static final long STOP_SECONDS = 30;

    private final Path folder;
    private final String mainClass;
    private final int bookies;
    private final List<String> storageOptions = new ArrayList<>(TUNING);
    private final Object ending = new Object(); // held while processes end, so that nobody thinks they had

    private final List<Child> storage = new ArrayList<>(); // guarded by this, and so is the rest
    private final List<Child> others = new ArrayList<>();
    private String uri = "";
    private boolean closed;

    /**
     * A cluster that has not started.
     *
     * @param folder an empty folder for data and logs
     * @param mainClass the program, whose commands {@code zookeeper} and {@code bookie start} run the servers
     */
    public LocalCluster(Path folder, String mainClass, int bookies) {
        this(folder, mainClass, bookies, LIMITS);
    }

    /** As the other, with {@code limits} for the memory of each bookie: options of its JVM. */
    public LocalCluster(Path folder, String mainClass, int bookies, List<String> limits) {
        this.folder = folder;
        this.mainClass = mainClass;
        this.bookies = bookies;
        storageOptions.addAll(limits);
    }

    /** Starts everything; returns when it can be used. Fails with what a server said if one does not start. */
    public void start(Init init) throws IOException {
        Child first = spawn(
                others,
                "zookeeper",
                List.of("-XX:+UseSerialGC", "-Xmx256m"),
                "zookeeper",
                "--data",
                folder.resolve("zookeeper"),
                "--port",
                0);
        String metadata = first.awaitReady("metadata=");
        init.cluster(metadata);
        synchronized (this) {
            uri = metadata;
        }
        startStorage(List.of());
    }

    /** Starts the bookies, on {@code ports} if they had some. */
    private void startStorage(List<Integer> ports) throws IOException {
        List<Child> started = new ArrayList<>();
        for (int i = 0; i < bookies; i++) {
            Path home = folder.resolve("bookie-" + i);
            started.add(spawn(
                    storage,
                    "bookie-" + i,
                    storageOptions,
                    "bookie",
                    "start",
                    "--metadata",
                    uri(),
                    "--port",
                    ports.isEmpty() ? 0 : ports.get(i),
                    "--journal",
                    home.resolve("journal"),
                    "--data",
                    home.resolve("data")));
        }
        for (Child child : started) {
            child.awaitReady("address=");
        }
    }

    /** Starts a process and adds it to {@code kind}, unless the cluster is closed. */
    private Child spawn(List<Child> kind, String name, List<String> memory, Object... words) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(memory);
        command.addAll(List.of(
                "-XX:+ExitOnOutOfMemoryError",
                "-Dio.netty.leakDetection.level=disabled",
                "-Dio.netty.tryReflectionSetAccessible=true",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass));
        for (Object word : words) {
            command.add(word.toString());
        }
        Path log = folder.resolve(name + ".log");
        synchronized (this) {
            if (closed) {
                throw new IOException("the throw-away cluster was closed while it started");
            }
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            Child child = new Child(name, process, log);
            kind.add(child);
            return child;
        }
    }

    /** Where the metadata is. */
    public synchronized String uri() {
        return uri;
    }

    @Override
    public synchronized List<Long> pids() {
        return storage.stream().map(child -> child.process().pid()).toList();
    }

    @Override
    public boolean canRestart() {
        return true;
    }

    @Override
    public void restart() throws IOException {
        List<Integer> ports = new ArrayList<>();
        synchronized (ending) {
            List<Child> old = take(storage);
            for (Child child : old) {
                ports.add(child.port());
            }
            stop(old);
        }
        startStorage(ports);
    }

    private synchronized List<Child> take(List<Child> kind) {
        List<Child> taken = List.copyOf(kind);
        kind.clear();
        return taken;
    }

    private static void stop(List<Child> children) {
        children.forEach(child -> child.process().destroy());
        children.forEach(child -> {
            boolean gone = false;
            try {
                gone = child.process().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                System.err.println("daybook: interrupted while " + child.name() + " stopped; killing it");
            }
            if (!gone) {
                child.process().destroyForcibly().onExit().join();
            }
        });
    }

    /** Ends all processes: bookies first, then ZooKeeper. When it returns they are gone, whoever called it first. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        synchronized (ending) {
            stop(take(storage));
            stop(take(others));
        }
    }

    /** One server. */
    private static final class Child {
        private final String name;
        private final Process process;
        private final Path log;
        private String address = "";

        Child(String name, Process process, Path log) {
            this.name = name;
            this.process = process;
            this.log = log;
        }

        String name() {
            return name;
        }

        Process process() {
            return process;
        }

        /** The port of an address seen by {@link #awaitReady}. */
        int port() {
            return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        }

        /** Waits for the first line it prints, which says that it can be used; gives the value of {@code key} in it. */
        @SuppressWarnings("resource") // the pipe ends with the process
        String awaitReady(String key) throws IOException {
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String line = out.readLine();
            int at = line == null ? -1 : line.indexOf(key);
            if (line == null || !line.startsWith("ready ") || at < 0) {
                throw new IOException("%s of the throw-away cluster did not start: %s".formatted(name, lastWords()));
            }
            address = line.substring(at + key.length()).split(" ", 2)[0];
            return address;
        }

        private String lastWords() throws IOException {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
            return lines.isEmpty()
                    ? "it said nothing"
                    : lines.get(lines.size() - 1).replaceFirst("^daybook: ", "");
        }
    }
}
