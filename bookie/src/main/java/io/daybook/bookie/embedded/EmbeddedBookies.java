package io.daybook.bookie.embedded;

import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;
import io.daybook.base.error.DaybookException;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.JvmHost;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.base.time.SystemClock;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.server.BookieConfig;
import io.daybook.bookie.server.BookieProcess;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.ledger.metadata.zookeeper.ZooKeeperMetaStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster in this process: a ZooKeeper server and bookies 0, 1, … on loopback ports, each of which can be stopped, crashed and started
 * again. What it stores outlives it unless it made its own folder.
 *
 * <p><b>Threads.</b> One at a time; methods block until what they do is done.
 */
public final class EmbeddedBookies implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBookies.class);
    private static final Duration STEP_TIMEOUT = Duration.ofSeconds(60);
    private static final DataSize MEMORY = DataSize.mebibytes(96);

    private final Options options;
    private final Path folder;
    private final EmbeddedZooKeeper zooKeeper;
    private final List<Member> members = new ArrayList<>();

    private EmbeddedBookies(Options options, Path folder, EmbeddedZooKeeper zooKeeper) {
        this.options = options;
        this.folder = folder;
        this.zooKeeper = zooKeeper;
    }

    /**
     * What to start.
     *
     * @param bookies how many
     * @param folder where everything is kept; null: a temporary one, deleted at the end
     * @param zooKeeperPort 0 for any free one, the same again on the same folder if it is still free
     * @param bookiePort port of bookie 0, one more for each further one; 0: any free ones, the same again on the same folder
     * @param tune last change to each bookie's configuration
     */
    public record Options(
            int bookies, @Nullable Path folder, int zooKeeperPort, int bookiePort, UnaryOperator<BookieConfig> tune) {
        public Options {
            Check.argument(
                    bookies >= 0 && bookies <= 100, "between 0 and 100 bookies fit into a process, not %s", bookies);
        }

        /** {@code n} bookies on free ports in a temporary folder. */
        public static Options of(int n) {
            return new Options(n, null, 0, 0, UnaryOperator.identity());
        }

        public Options in(Path kept) {
            return new Options(bookies, kept, zooKeeperPort, bookiePort, tune);
        }

        public Options ports(int zooKeeper, int firstBookie) {
            return new Options(bookies, folder, zooKeeper, firstBookie, tune);
        }

        public Options tuned(UnaryOperator<BookieConfig> change) {
            return new Options(bookies, folder, zooKeeperPort, bookiePort, change);
        }
    }

    /** One bookie, running or not. */
    private static final class Member {
        private final int number;
        private HostPort address;
        private BookieId id;

        @Nullable
        private BookieProcess process;

        Member(int number, BookieProcess process) {
            this.number = number;
            this.process = process;
            this.address = process.address();
            this.id = process.id();
        }
    }

    /** Starts {@code n} bookies in a temporary folder. */
    public static EmbeddedBookies start(int n) {
        return start(Options.of(n));
    }

    /** Starts a cluster; a new one is initialised. Fails with {@link BookieException.Refused}, leaving nothing running. */
    public static EmbeddedBookies start(Options options) {
        Path folder = options.folder() == null ? temporary() : options.folder();
        for (int k = 0; k < options.bookies() && options.bookiePort() != 0; k++) {
            // before the first is started: one that has started once is bound to its port
            EmbeddedZooKeeper.checkFree("bookie " + k, options.bookiePort() + k);
        }
        EmbeddedZooKeeper zooKeeper =
                EmbeddedZooKeeper.start(folder.resolve("zookeeper"), zooKeeperPort(options, folder));
        EmbeddedBookies cluster = new EmbeddedBookies(options, folder, zooKeeper);
        try {
            remember(cluster.zooKeeperEndpoint(), zooKeeper.address());
            cluster.initialise();
            List<CompletableFuture<BookieProcess>> starting = new ArrayList<>();
            for (int k = 0; k < options.bookies(); k++) {
                starting.add(cluster.begin(k, cluster.portOf(k)));
            }
            cluster.join(starting);
            return cluster;
        } catch (RuntimeException failed) {
            cluster.close();
            throw failed;
        }
    }

    private void join(List<CompletableFuture<BookieProcess>> starting) {
        RuntimeException refused = null;
        for (int k = 0; k < starting.size(); k++) {
            try {
                BookieProcess process = await(starting.get(k), "starting bookie " + k);
                members.add(new Member(k, process));
                remember(endpointFile(k), process.address());
            } catch (RuntimeException failure) {
                refused = refused == null ? failure : refused;
            }
        }
        if (refused != null) {
            throw refused;
        }
    }

    /** The metadata of this cluster. */
    public MetadataUri uri() {
        return zooKeeper.uri();
    }

    /** How many bookies there are, running or not. */
    public int size() {
        return members.size();
    }

    /** Where bookie {@code k} listens, or did. */
    public HostPort address(int k) {
        return members.get(k).address;
    }

    /** All addresses, in order. */
    public List<HostPort> addresses() {
        return members.stream().map(member -> member.address).toList();
    }

    /** The name of bookie {@code k} in metadata. */
    public BookieId id(int k) {
        return members.get(k).id;
    }

    /** The number of the bookie with this name; −1 if there is none. */
    public int numberOf(BookieId id) {
        for (Member member : members) {
            if (member.id.equals(id)) {
                return member.number;
            }
        }
        return -1;
    }

    /** The running bookie {@code k}; IllegalStateException if it is down. */
    public BookieProcess bookie(int k) {
        BookieProcess process = members.get(k).process;
        if (process == null) {
            throw new IllegalStateException("bookie %d is down; restart it first".formatted(k));
        }
        return process;
    }

    /** Stops bookie {@code k} in order. */
    public void stop(int k) {
        BookieProcess process = bookie(k);
        members.get(k).process = null;
        await(process.stop(), "stopping bookie " + k);
    }

    /** Stops bookie {@code k} as if its process had died: connections are reset, nothing is flushed. */
    public void crash(int k) {
        BookieProcess process = bookie(k);
        members.get(k).process = null;
        await(process.crash(), "crashing bookie " + k);
    }

    /** Starts bookie {@code k} again, where it was. */
    public void restart(int k) {
        Member member = members.get(k);
        Check.argument(member.process == null, "bookie %s is running; stop or crash it first", k);
        member.process = await(begin(k, member.address.port()), "starting bookie " + k);
    }

    /** One more bookie, on a free port; returns its number. */
    public int add() {
        int k = members.size();
        int port = options.bookiePort() == 0 ? 0 : options.bookiePort() + k;
        BookieProcess process = await(begin(k, port), "starting bookie " + k);
        members.add(new Member(k, process));
        remember(endpointFile(k), process.address());
        return k;
    }

    /** Stops everything in order; the temporary folder is deleted. */
    @Override
    public void close() {
        List<CompletableFuture<Void>> stopping = new ArrayList<>();
        for (Member member : members) {
            if (member.process != null) {
                stopping.add(member.process.stop());
                member.process = null;
            }
        }
        try {
            stopping.forEach(stopped -> await(stopped, "stopping a bookie"));
        } finally {
            zooKeeper.close();
            if (options.folder() == null) {
                delete(folder);
            }
        }
    }

    // ---- parts

    private CompletableFuture<BookieProcess> begin(int k, int port) {
        BookieConfig config = options.tune()
                .apply(BookieConfig.in(home(k), zooKeeper.uri(), port).withMemory(MEMORY));
        Entropy entropy = new SecureEntropy();
        JvmHost host = JvmHost.calling(entropy, status -> failed(k, status));
        return BookieProcess.start(config, host, "b" + k);
    }

    /** A bookie that would have ended its process: here it ends alone. */
    private void failed(int k, int status) {
        LOG.error("bookie {} ended with status {}", k, status);
        Member member = members.get(k);
        BookieProcess process = member.process;
        member.process = null;
        if (process != null) {
            process.crash().exceptionally(failure -> {
                LOG.warn("bookie {} did not end in order", k, failure);
                return null;
            });
        }
    }

    private Path home(int k) {
        return folder.resolve("bookie-" + k);
    }

    private Path endpointFile(int k) {
        return home(k).resolve("endpoint");
    }

    private Path zooKeeperEndpoint() {
        return zooKeeperEndpoint(folder);
    }

    private static Path zooKeeperEndpoint(Path folder) {
        return folder.resolve("zookeeper").resolve("endpoint");
    }

    /** The port that clients of this folder's last run know, so that they find the next one. */
    private static int zooKeeperPort(Options options, Path folder) {
        if (options.zooKeeperPort() != 0) {
            return options.zooKeeperPort();
        }
        int last = remembered(zooKeeperEndpoint(folder));
        return last != 0 && EmbeddedZooKeeper.free(last) ? last : 0;
    }

    private int portOf(int k) {
        return options.bookiePort() != 0 ? options.bookiePort() + k : remembered(endpointFile(k));
    }

    private static int remembered(Path file) {
        try {
            return Files.exists(file)
                    ? HostPort.parse(Files.readString(file).strip()).port()
                    : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException torn) {
            LOG.warn("{} holds no address; a free port is chosen", file);
            return 0;
        }
    }

    private static void remember(Path file, HostPort address) {
        try {
            Files.writeString(file, address + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void initialise() {
        try (ThreadLoop loop = ThreadLoop.start("init", SystemClock.INSTANCE);
                ZooKeeperMetaStore store = await(
                        ZooKeeperMetaStore.open(zooKeeper.uri(), Duration.ofSeconds(10), loop),
                        "connecting to the metadata store")) {
            await(
                    ClusterLayout.openOrInit(store, zooKeeper.uri(), new SecureEntropy(), loop),
                    "initialising the cluster");
        }
    }

    private static <T> T await(CompletableFuture<T> future, String what) {
        try {
            return future.get(STEP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            Throwable cause = Futures.cause(failed);
            throw cause instanceof DaybookException daybook
                    ? daybook
                    : new BookieException.Refused("%s failed: %s".formatted(what, cause), cause);
        } catch (TimeoutException late) {
            throw new BookieException.Refused("%s took more than %s".formatted(what, STEP_TIMEOUT), late);
        } catch (InterruptedException interrupted) {
            throw new BookieException.Refused(what + " was interrupted", interrupted);
        }
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("daybook-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path tree) {
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.warn("the temporary folder {} could not be deleted", tree, e);
        }
    }
}
