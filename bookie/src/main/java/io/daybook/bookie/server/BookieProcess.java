package io.daybook.bookie.server;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.FailureHandler;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.exec.ThreadLoops;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.Host;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.Probe;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.base.time.Clock;
import io.daybook.base.time.SystemClock;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.disk.DirectoryLock;
import io.daybook.bookie.disk.FileDisk;
import io.daybook.bookie.index.Indexes;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.zookeeper.ZooKeeperMetaStore;
import io.daybook.ledger.transport.Buffers;
import io.daybook.ledger.transport.NettyLoops;
import io.daybook.ledger.transport.NettyTransport;
import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A bookie with everything it stands on for real: threads, sockets, disks, ZooKeeper. Several may live in one process.
 *
 * <p><b>Threads.</b> Safe from any; futures complete on a thread of the bookie's, or of its end.
 */
public final class BookieProcess {
    /** Exit status after a loop ended because of a bug. */
    public static final int EXIT_BROKEN = 21;

    private static final Clock CLOCK = SystemClock.INSTANCE;
    private static final int READERS = 2; // concurrent disk reads; more help only a disk with a deep queue

    private final NettyLoops serving;
    private final ThreadLoop control;
    private final ThreadLoop journal;
    private final ThreadLoop files;
    private final ThreadLoop flush;
    private final ThreadLoops readers;
    private final NettyTransport transport;

    private @Nullable MetaStore metaStore; // control loop
    private volatile @Nullable BookieServer server; // set once started

    private BookieProcess(BookieConfig config, Host host, String name) {
        // a loop that has ended leaves its ledgers without an owner: the bookie ends rather than stay registered (R96)
        FailureHandler failures = (loop, failure) -> {
            FailureHandler.logging().onFailure(loop, failure);
            host.exit(EXIT_BROKEN, "loop %s ended: %s".formatted(loop, failure));
        };
        serving = NettyLoops.start(name + "-loop", config.loops(), CLOCK, failures);
        control = ThreadLoop.start(name + "-control", CLOCK, failures);
        journal = ThreadLoop.start(name + "-journal", CLOCK, failures);
        files = ThreadLoop.start(name + "-files", CLOCK, failures);
        flush = ThreadLoop.start(name + "-flush", CLOCK, failures);
        readers = ThreadLoops.start(name + "-read", READERS, CLOCK, failures);
        transport = NettyTransport.open(
                serving, config.frameSizeMax(), config.limits().totalBytes());
    }

    /**
     * Starts a bookie. The future fails with {@link BookieException.Refused}, leaving nothing running.
     *
     * @param name of its threads, such as {@code db} or {@code b1}
     * @param host told to exit when the disks fail (R32), or when a loop ends because of a bug
     */
    public static CompletableFuture<BookieProcess> start(BookieConfig config, Host host, String name) {
        CompletableFuture<BookieProcess> started = new CompletableFuture<>();
        long most = PlatformDependent.maxDirectMemory();
        if (config.memory().bytes() > most) {
            started.completeExceptionally(new BookieException.Refused(
                    "memory is %s but this JVM may use only %s outside its heap; lower memory or raise -XX:MaxDirectMemorySize"
                            .formatted(config.memory(), DataSize.bytes(most)),
                    null));
            return started;
        }
        BookieProcess process = new BookieProcess(config, host, name);
        process.control.execute(() -> process.open(config, host, started));
        return started;
    }

    private void open(BookieConfig config, Host host, CompletableFuture<BookieProcess> started) {
        Futures.whenDone(
                ZooKeeperMetaStore.open(config.metadata(), config.sessionTimeout(), control),
                control,
                (opened, failure) -> {
                    if (opened == null) {
                        end(() -> started.completeExceptionally(unreachable(config, failure)));
                        return;
                    }
                    metaStore = opened;
                    Futures.whenDone(
                            BookieServer.start(config, seams(config, host, opened)), control, (served, refused) -> {
                                if (served == null) {
                                    end(() -> started.completeExceptionally(refused));
                                } else {
                                    server = served;
                                    started.complete(this);
                                }
                            });
                });
    }

    private static BookieException.Refused unreachable(BookieConfig config, @Nullable Throwable failure) {
        return new BookieException.Refused(
                "the metadata store at %s cannot be reached: %s; start it, or correct the metadata URI"
                        .formatted(config.metadata(), failure == null ? "no answer" : failure.getMessage()),
                failure);
    }

    private BookieSeams seams(BookieConfig config, Host host, MetaStore opened) {
        BookieLoops loops = new BookieLoops(serving.loops(), control, journal, files, flush, readers.loops());
        Entropy entropy = new SecureEntropy();
        return new BookieSeams(
                loops,
                transport,
                new FileDisk(readers.loops().all()),
                opened,
                entropy,
                host,
                Probe.NONE,
                layout -> DirectoryLock.take(layout)::close,
                () -> Indexes.rocks(
                        config.storage().indexDirectory(), config.storage().indexCache()),
                Buffers.POOL);
    }

    /** Where clients reach it. */
    public HostPort address() {
        return running().address();
    }

    /** Its name in metadata. */
    public BookieId id() {
        return running().id();
    }

    /** Takes no new entries, or takes them again. */
    public CompletableFuture<Void> readOnly(boolean on) {
        return running().readOnly(on);
    }

    /** Stops in order; completes when threads and files are free. */
    public CompletableFuture<Void> stop() {
        return ending(true);
    }

    /** Stops as if it had died: connections are reset, nothing is flushed. Completes when threads and files are free. */
    public CompletableFuture<Void> crash() {
        return ending(false);
    }

    private BookieServer running() {
        BookieServer started = server;
        if (started == null) {
            throw new IllegalStateException("the bookie has not started");
        }
        return started;
    }

    private CompletableFuture<Void> ending(boolean inOrder) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        control.execute(() -> Futures.whenDone(
                inOrder ? running().stop() : running().crash(),
                control,
                (stopped, failure) -> end(() -> ended.complete(null))));
        return ended;
    }

    /** Closes everything from a thread that is none of those to be closed. */
    private void end(Runnable then) {
        ThreadLoop last = ThreadLoop.start(control.name() + "-end", CLOCK);
        last.execute(() -> {
            transport.close();
            if (metaStore != null) {
                metaStore.close();
            }
            serving.close();
            readers.close();
            flush.close();
            files.close();
            journal.close();
            control.close();
            then.run();
            last.close();
        });
    }
}
