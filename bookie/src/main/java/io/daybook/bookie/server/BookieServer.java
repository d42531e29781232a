package io.daybook.bookie.server;

import io.daybook.base.config.DataSize;
import io.daybook.base.error.FileReason;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.Transport;
import io.daybook.base.seam.TransportException;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.disk.DiskWatch;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.index.StoreIndex;
import io.daybook.bookie.journal.Journal;
import io.daybook.bookie.journal.JournalPosition;
import io.daybook.bookie.journal.JournalReplay;
import io.daybook.bookie.journal.Replayed;
import io.daybook.bookie.ledger.BookieConduct;
import io.daybook.bookie.ledger.FirstTouch;
import io.daybook.bookie.ledger.LedgerGround;
import io.daybook.bookie.ledger.WriteGate;
import io.daybook.bookie.membership.Identity;
import io.daybook.bookie.membership.Registration;
import io.daybook.bookie.storage.CheckpointedLog;
import io.daybook.bookie.storage.StoreLoops;
import io.daybook.bookie.storage.StoreReplay;
import io.daybook.bookie.storage.TieredEntryStore;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.BookieServiceInfo;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import io.daybook.ledger.metadata.Tombstones;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bookie, put together, started in order and stopped in reverse.
 *
 * <p>To start: the port is taken, the cluster's layout read, the directories' identity checked (R78), the entry store opened, the journal
 * replayed into it and flushed (R33), what was lost is seen to ({@link LossReaction}); only then do requests get in and the bookie registers (R39). Whatever is refused
 * undoes what was done before.
 *
 * <p><b>Threads.</b> {@link #start}, {@link #stop}, {@link #crash} and {@link #readOnly} are safe from any; steps run on the control loop.
 *
 * <p><b>Failure.</b> When the journal or the store cannot write, nothing is acknowledged any more, the bookie is taken off the list, and
 * {@link io.daybook.base.seam.Host#exit} is called with {@link #EXIT_STORAGE_FAILED} (R32).
 */
public final class BookieServer {
    /** Exit status after a failed write or sync: the disk needs looking after. */
    public static final int EXIT_STORAGE_FAILED = 20;

    private static final Logger LOG = LoggerFactory.getLogger(BookieServer.class);
    /** Room that must be left for what a read-only bookie still takes, and for flushing what it took before. */
    private static final DiskWatch.Limits SPACE =
            new DiskWatch.Limits(DataSize.mebibytes(512), DataSize.gibibytes(1), Duration.ofSeconds(10));

    private static final Duration FAREWELL = Duration.ofMillis(500);
    /** R24 holds here, also for negatives; a loss raises the incarnation (R79); deletions are remembered (R65). */
    private static final String FEATURES = "durable-fence,incarnation,tombstone,group-add,striped-batch-read";

    private final BookieConfig config;
    private final BookieSeams seams;
    private final BookieConduct conduct;
    private final Loop control;
    private final LastingDirectories directories;
    private final Doorway doorway = new Doorway();
    private final WriteGate gate = new WriteGate();

    private Transport.@Nullable Listener listener; // control loop only, as is all below
    private @Nullable DiskWatch diskWatch;
    private @Nullable TombstoneSweep sweep;
    private boolean exiting;
    private BookieSeams.@Nullable Lock lock;
    private @Nullable StoreIndex index;
    private @Nullable TieredEntryStore store;
    private @Nullable Journal journal;
    private @Nullable RequestDispatcher dispatcher;
    private @Nullable Registration registration;
    private @Nullable Promise<Void> ending;

    private volatile @Nullable HostPort address;
    private volatile @Nullable BookieId id;

    private BookieServer(BookieConfig config, BookieSeams seams, BookieConduct conduct) {
        this.config = config;
        this.conduct = conduct;
        this.seams = seams;
        this.control = seams.loops().control();
        this.directories = new LastingDirectories(seams.disk(), control);
    }

    /** Starts a bookie. Completes on the control loop when it is registered; fails with {@link BookieException.Refused}. */
    public static Promise<BookieServer> start(BookieConfig config, BookieSeams seams) {
        return start(config, seams, BookieConduct.SAFE);
    }

    /** The same with another conduct, for simulations that plant bugs. */
    public static Promise<BookieServer> start(BookieConfig config, BookieSeams seams, BookieConduct conduct) {
        BookieServer server = new BookieServer(config, seams, conduct);
        Promise<BookieServer> started = server.control.promise();
        server.control.run(() ->
                Futures.whenDone(server.steps().toCompletableFuture(), server.control, (registered, failure) -> {
                    if (failure == null) {
                        LOG.info("bookie {} serves at {}", server.id(), server.address());
                        started.complete(server);
                        return;
                    }
                    BookieException.Refused refused = server.refused(failure);
                    Futures.whenDone(
                            server.end(false)
                                    .thenCompose(ended -> server.directories.unmake())
                                    .toCompletableFuture(),
                            server.control,
                            (ended, ignored) -> started.completeExceptionally(refused));
                }));
        return started;
    }

    /** Where it listens, as told to clients. */
    public HostPort address() {
        return Objects.requireNonNull(address);
    }

    /** Its name in metadata. */
    public BookieId id() {
        return Objects.requireNonNull(id);
    }

    /** Takes no new entries, or takes them again; completes on the control loop when the registration says so. */
    public Promise<Void> readOnly(boolean on) {
        Promise<Void> done = control.promise();
        gate.readOnly(on);
        control.run(() -> {
            if (registration == null) {
                done.complete(null);
                return;
            }
            Futures.whenDone(registration.readOnly(on), control, (moved, failure) -> {
                if (failure == null) {
                    done.complete(null);
                } else {
                    done.completeExceptionally(failure);
                }
            });
        });
        return done;
    }

    /** Ends in order: off the list, connections closed, everything flushed. Completes on the control loop; ending twice is harmless. */
    public Promise<Void> stop() {
        Promise<Void> ended = control.promise();
        control.run(() -> Futures.whenDone(end(true), control, (done, failure) -> ended.complete(null)));
        return ended;
    }

    /** Ends as if the process had died: connections are reset, nothing is flushed, nothing said. Completes when files and loops are free. */
    public Promise<Void> crash() {
        Promise<Void> ended = control.promise();
        control.run(() -> Futures.whenDone(end(false), control, (done, failure) -> ended.complete(null)));
        return ended;
    }

    // ---- start; on the control loop

    private CompletionStage<Void> steps() {
        return listen().thenCompose(bound -> ClusterLayout.open(seams.metaStore(), config.metadata(), control))
                .thenCompose(layout -> identify(layout).thenCompose(identity -> {
                    LossReaction reaction = new LossReaction(identity, config.layout(), layout, seams, conduct);
                    return reaction.begin()
                            .thenCompose(begun -> openStorage(reaction))
                            .thenCompose(replayed ->
                                    reaction.run(Objects.requireNonNull(store), Objects.requireNonNull(journal)))
                            .thenCompose(sure -> serve(layout, sure));
                }));
    }

    private CompletionStage<Void> listen() {
        return seams.transport().listen(config.bind(), doorway, control).thenAccept(bound -> {
            listener = bound;
            address = new HostPort(config.advertised(), bound.address().port());
            id = config.id() != null ? config.id() : new BookieId(address().toString());
        });
    }

    private CompletionStage<Identity> identify(ClusterLayout layout) {
        Layout layoutOnDisk = config.layout();
        CompletionStage<Void> made = done();
        for (Path directory : layoutOnDisk.all()) {
            made = made.thenCompose(before -> directories.make(directory));
        }
        return made.thenCompose(all -> {
            lock = seams.lock().take(layoutOnDisk);
            return Identity.establish(
                    id(),
                    layoutOnDisk,
                    layout,
                    seams.metaStore(),
                    seams.disk(),
                    seams.entropy(),
                    config.lossAccepted(),
                    control);
        });
    }

    private CompletionStage<Void> openStorage(LossReaction reaction) {
        Promise<StoreIndex> opened = control.promise();
        Loop flush = seams.loops().flush();
        flush.execute(() -> {
            try {
                StoreIndex made = seams.index().get();
                control.execute(() -> {
                    index = made;
                    opened.complete(made);
                });
            } catch (RuntimeException unusable) {
                opened.completeExceptionally(unusable);
            }
        });
        return opened.thenCompose(made -> openStore(made, reaction));
    }

    private CompletionStage<Void> openStore(StoreIndex opening, LossReaction reaction) {
        BookieLoops loops = seams.loops();
        StoreLoops storeLoops = new StoreLoops(loops.serving(), loops.flush(), loops.readers());
        return TieredEntryStore.open(
                        config.storage(),
                        seams.disk(),
                        storeLoops,
                        opening,
                        seams.allocator(),
                        this::storageFailed,
                        control)
                .thenCompose(opened -> {
                    store = opened;
                    return reaction.note(opened).thenCompose(noted -> onJournalLoop(() -> replay(opened)));
                });
    }

    /** Replays the journal, opens it anew, and sees to it that what was replayed is in synced files; on the journal's loop. */
    private CompletionStage<Void> replay(TieredEntryStore into) {
        BookieLoops loops = seams.loops();
        StoreReplay feed = into.replay(loops.journal());
        return JournalReplay.run(
                        config.journal(),
                        seams.disk(),
                        loops.journal(),
                        (group, kind, ledgerId, entryId, payload) -> feed.record(kind, ledgerId, entryId, payload))
                .thenCompose(replayed -> noteLoss(into, replayed)
                        .thenCompose(noted -> Journal.open(
                                config.journal(),
                                seams.disk(),
                                seams.entropy(),
                                loops.journal(),
                                loops.files(),
                                replayed,
                                this::storageFailed)))
                .thenCompose(opened -> {
                    control.execute(() -> journal = opened);
                    return feed.finish(checkpoints(opened));
                });
    }

    /** What the journal lost must be remembered elsewhere before the journal begins anew, or a crash makes it forgotten (R79). */
    private CompletionStage<Void> noteLoss(TieredEntryStore into, Replayed replayed) {
        Loop loop = seams.loops().journal();
        if (replayed instanceof Replayed.Corrupt corrupt) {
            LOG.error(
                    "the journal has lost records: {} at {}; the damaged files are kept",
                    corrupt.why(),
                    corrupt.where());
            if (conduct.doubtsAfterLoss()) {
                return into.distrust(loop);
            }
        }
        Promise<Void> nothing = loop.promise();
        nothing.complete(null);
        return nothing;
    }

    private static CheckpointedLog checkpoints(Journal log) {
        return () -> {
            JournalPosition written = log.writtenPosition();
            return caller -> log.release(written, caller);
        };
    }

    private <T> Promise<T> onJournalLoop(Supplier<CompletionStage<T>> steps) {
        Promise<T> done = control.promise();
        Loop loop = seams.loops().journal();
        loop.execute(() -> Futures.whenDone(steps.get().toCompletableFuture(), loop, (value, failure) -> {
            if (failure == null) {
                done.complete(value);
            } else {
                done.completeExceptionally(failure);
            }
        }));
        return done;
    }

    private CompletionStage<Void> serve(ClusterLayout layout, Identity identity) {
        TieredEntryStore opened = Objects.requireNonNull(store);
        Journal log = Objects.requireNonNull(journal);
        boolean retired = config.readOnly();
        gate.readOnly(retired);
        FirstTouch firstTouch = config.firstTouchCheck()
                ? new MetadataFirstTouch(new LedgerMetadataStore(seams.metaStore(), layout, seams.entropy()), id())
                : FirstTouch.OFF;
        RequestDispatcher requests = new RequestDispatcher(
                seams.loops().serving(),
                new LedgerGround(opened, log, firstTouch, gate, seams.probe(), conduct),
                config.limits(),
                caller -> seams.disk().space(config.layout().data(), caller),
                seams.allocator());
        dispatcher = requests;
        doorway.open(requests);
        return Registration.start(
                        id(),
                        serviceInfo(identity),
                        retired,
                        new BookieRegistry(seams.metaStore(), layout),
                        seams.metaStore(),
                        config.sessionTimeout(),
                        control)
                .thenAccept(entered -> {
                    registration = entered;
                    sweep = new TombstoneSweep(
                            new Tombstones(seams.metaStore(), layout, seams.entropy()), requests, control);
                    if (ending == null) {
                        sweep.start();
                    }
                })
                .thenCompose(entered -> retired ? done() : watchSpace());
    }

    /** Goes read-only while the disks are nearly full; a bookie that is read-only for another reason stays so. */
    private CompletionStage<Void> watchSpace() {
        return DiskWatch.start(seams.disk(), config.layout().all(), SPACE, control, this::onSpace)
                .thenAccept(started -> {
                    if (ending == null) {
                        diskWatch = started;
                    } else {
                        started.close();
                    }
                });
    }

    private void onSpace(boolean nearlyFull, String reason) {
        LOG.warn("bookie {}: {}", id(), reason);
        Futures.whenDone(readOnly(nearlyFull), control, (moved, failure) -> {
            if (failure != null) {
                LOG.warn("bookie {}: its registration could not be changed: {}", id(), failure.getMessage());
            }
        });
    }

    private BookieServiceInfo serviceInfo(Identity identity) {
        TreeMap<String, String> properties = new TreeMap<>();
        properties.put(BookieServiceInfo.FEATURES, FEATURES);
        properties.put(BookieServiceInfo.INCARNATION, Long.toString(identity.incarnation()));
        properties.put(
                BookieServiceInfo.BOOT, Long.toUnsignedString(seams.host().bootId(), 16));
        if (!config.labels().isEmpty()) {
            properties.put(BookieServiceInfo.LABELS, config.labels().toString());
        }
        return BookieServiceInfo.of(address(), properties);
    }

    private BookieException.Refused refused(Throwable failure) {
        if (failure instanceof BookieException.Refused refused) {
            return refused;
        }
        if (failure instanceof TransportException || failure instanceof MetaException) {
            return new BookieException.Refused(String.valueOf(failure.getMessage()), failure);
        }
        if (failure instanceof IOException io) {
            return new BookieException.Refused(
                    "the bookie's directories %s cannot be used: %s; check that they can be made and belong to this user"
                            .formatted(config.layout().all(), FileReason.of(io)),
                    failure);
        }
        return new BookieException.Refused("the bookie cannot start: " + failure, failure);
    }

    // ---- end; on the control loop

    /** Leaves the list of bookies and exits (R32). */
    private void storageFailed(BookieException.Stopped failure) {
        LOG.error("{}", failure.getMessage());
        control.execute(() -> Futures.whenDone(leaveList(), control, (left, problem) -> {
            if (!exiting) {
                exiting = true;
                seams.host().exit(EXIT_STORAGE_FAILED, String.valueOf(failure.getMessage()));
            }
        }));
    }

    /** Off the list of bookies; a metadata store that does not answer holds that up only so long: the session ends with the process. */
    private Promise<Void> leaveList() {
        Promise<Void> left = control.promise();
        if (registration == null) {
            left.complete(null);
            return left;
        }
        Loop.Timer patience = control.schedule(FAREWELL.toNanos(), () -> {
            if (left.complete(null)) {
                LOG.warn("bookie {} stays on the list until its session ends: no metadata store answers", id);
            }
        });
        Futures.whenDone(registration.stop(), control, (off, failure) -> {
            patience.cancel();
            left.complete(null);
        });
        return left;
    }

    private Promise<Void> end(boolean inOrder) {
        if (ending != null) {
            return ending;
        }
        Promise<Void> ended = control.promise();
        ending = ended;
        CompletionStage<Void> steps = done();
        if (inOrder) {
            steps = then(steps, this::leaveList);
        }
        steps = then(steps, () -> {
            if (diskWatch != null) {
                diskWatch.close();
            }
            if (sweep != null) {
                sweep.close();
            }
            if (listener != null) {
                listener.close();
            }
            doorway.close();
            if (dispatcher != null) {
                dispatcher.stop();
            }
            return done();
        });
        steps = then(steps, () -> store == null ? done() : inOrder ? store.close(control) : store.abandon(control));
        steps = then(steps, () -> journal == null ? done() : journal.close(control));
        steps = then(steps, this::closeIndexAndLock);
        Futures.whenDone(steps.toCompletableFuture(), control, (all, failure) -> ended.complete(null));
        return ended;
    }

    private CompletionStage<Void> closeIndexAndLock() {
        Promise<Void> closed = control.promise();
        seams.loops().flush().execute(() -> {
            if (index != null) {
                index.close();
            }
            control.execute(() -> {
                if (lock != null) {
                    lock.close();
                }
                closed.complete(null);
            });
        });
        return closed;
    }

    /** One more step, whether or not the one before failed: what failed is logged, and the rest must still be closed. */
    private CompletionStage<Void> then(CompletionStage<Void> before, Supplier<CompletionStage<Void>> step) {
        return before.handle((done, failure) -> {
                    if (failure != null) {
                        LOG.warn("a part of bookie {} did not stop in order", id, failure);
                    }
                    return step.get();
                })
                .thenCompose(stage -> stage);
    }

    private CompletionStage<Void> done() {
        Promise<Void> done = control.promise();
        done.complete(null);
        return done;
    }
}
