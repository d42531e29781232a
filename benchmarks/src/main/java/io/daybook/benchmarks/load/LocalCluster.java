package io.daybook.benchmarks.load;

import io.daybook.benchmarks.child.Child;
import io.daybook.benchmarks.child.Children;
import io.daybook.benchmarks.child.JavaCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A throw-away cluster: ZooKeeper and bookies, each in a JVM of its own on this machine, started with the class path of this process. They listen on
 * the loopback address, on ports the system chooses; all their data is in one folder, which the caller removes. They end with this process, even if that
 * is killed.
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

    /** And with what in its environment. */
    private static final Map<String, String> ENVIRONMENT = Map.of("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

    /** Bounds of each bookie: several of them share this machine. */
    private static final List<String> LIMITS = List.of("-Xmx512m", "-XX:MaxDirectMemorySize=512m");

    private static final long READY_MILLIS = 1000; // for one that has closed its output to end, too

    private final Path folder;
    private final String mainClass;
    private final int bookies;
    private final List<String> storageOptions = new ArrayList<>(TUNING);
    private final Children storage = new Children(ENVIRONMENT);
    private final Children others = new Children();

    private final CountDownLatch gone = new CountDownLatch(1);

    private volatile boolean starting; // bookies
    private volatile boolean givenUp; // and then none start
    private volatile String uri = "";
    private volatile List<Integer> ports = List.of(); // of the bookies, once they have started

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
        String metadata = awaitReady(first, "metadata=");
        init.cluster(metadata);
        uri = metadata;
        startStorage();
    }

    /** Starts the bookies, on the ports they had if they had some. */
    private void startStorage() throws IOException {
        starting = true;
        if (givenUp) {
            throw new IOException("the throw-away cluster is not needed any more");
        }
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
                    uri,
                    "--port",
                    ports.isEmpty() ? 0 : ports.get(i),
                    "--journal",
                    home.resolve("journal"),
                    "--data",
                    home.resolve("data")));
        }
        List<Integer> taken = new ArrayList<>();
        for (Child child : started) {
            String address = awaitReady(child, "address=");
            taken.add(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
        }
        ports = taken;
        starting = false;
    }

    private Child spawn(Children kind, String name, List<String> memory, Object... words) throws IOException {
        List<String> options = new ArrayList<>(memory);
        options.add("-XX:+ExitOnOutOfMemoryError");
        return kind.start(
                name,
                JavaCommand.ours(
                        options,
                        mainClass,
                        Arrays.stream(words).map(Object::toString).toList()),
                folder.resolve(name + ".log"));
    }

    /** Waits for the first line a server prints, which says that it can be used; gives the value of {@code key} in it. */
    private static String awaitReady(Child server, String key) throws IOException {
        String line = server.output().readLine();
        int at = line == null ? -1 : line.indexOf(key);
        if (line == null || !line.startsWith("ready ") || at < 0) {
            throw new IOException("%s of the throw-away cluster did not start%s: %s"
                    .formatted(
                            server.name(),
                            server.ended(READY_MILLIS) ? " but ended with status " + server.exitCode() : "",
                            server.lastWords()));
        }
        return line.substring(at + key.length()).split(" ", 2)[0];
    }

    /** Where the metadata is. */
    public String uri() {
        return uri;
    }

    @Override
    public List<Long> pids() {
        return storage.pids();
    }

    @Override
    public List<String> ended() throws IOException {
        List<String> names = new ArrayList<>();
        for (Child child : storage.all()) {
            if (child.ended(0)) {
                names.add("%s, with status %d,".formatted(child.name(), child.exitCode()));
            }
        }
        return names;
    }

    @Override
    public boolean canRestart() {
        return true;
    }

    @Override
    public void restart() throws IOException {
        storage.stop();
        startStorage();
    }

    /**
     * Nobody needs it any more, and whoever uses it is about to close it, in order: bookies that are just starting end at once, so that {@link #start}
     * and {@link #restart} fail; servers that run stay for those who still talk to them.
     */
    public void giveUp() {
        givenUp = true;
        if (starting) {
            storage.close();
        }
    }

    /** Returns when it is closed, or closes it after {@code patience}. */
    public void awaitClosed(Duration patience) throws InterruptedException {
        if (!gone.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            close();
        }
    }

    /** Ends all processes: bookies first, then ZooKeeper. When it returns they are gone, whoever called it first. */
    @Override
    public void close() {
        storage.close();
        others.close();
        gone.countDown();
    }
}
