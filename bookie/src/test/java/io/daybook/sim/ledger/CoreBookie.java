package io.daybook.sim.ledger;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Disk;
import io.daybook.base.seam.HostPort;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.EntryStore;
import io.daybook.bookie.ledger.BookieConduct;
import io.daybook.bookie.ledger.BookieMutants;
import io.daybook.bookie.ledger.FirstTouch;
import io.daybook.bookie.ledger.LedgerGround;
import io.daybook.bookie.ledger.LimboScan;
import io.daybook.bookie.ledger.WriteGate;
import io.daybook.bookie.membership.Registration;
import io.daybook.bookie.server.MetadataFirstTouch;
import io.daybook.bookie.server.RequestDispatcher;
import io.daybook.bookie.server.ServerLimits;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.BookieServiceInfo;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import io.daybook.sim.SimNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The protocol core of a bookie on a simulated node: production classes from the connection to the ledger's state, a store and a journal
 * in memory below. A crash leaves what was synced.
 */
final class CoreBookie implements SimBookie {
    static final int PORT = 3181;
    private static final Duration SESSION = Duration.ofSeconds(10);
    private static final long RETRY_NANOS = 200_000_000L;
    private static final ServerLimits LIMITS = ServerLimits.within(DataSize.mebibytes(4), DataSize.mebibytes(1));

    private final SimNode node;
    private final BookieId id;
    private final ClusterLayout layout;
    private final LedgerPlan plan;
    private final long syncNanos;
    private final Mutant mutant;
    private final BookieWitness witness;
    private final MemoryDurableLog.Platter platter = new MemoryDurableLog.Platter();

    private MemoryEntryStore store = new MemoryEntryStore(0); // those of the present life
    private MemoryDurableLog log;
    private WriteGate gate = new WriteGate();
    private boolean readsFail;

    CoreBookie(
            SimNode node, ClusterLayout layout, LedgerPlan plan, long syncNanos, Mutant mutant, LedgerWitness witness) {
        this.node = node;
        this.id = new BookieId(node.name());
        this.layout = layout;
        this.plan = plan;
        this.syncNanos = syncNanos;
        this.mutant = mutant;
        this.witness = witness.bookie(id);
        this.witness.disk(platter);
        this.log = new MemoryDurableLog(platter, node.loop("journal"), 0);
        node.program(life -> start());
    }

    @Override
    public SimNode node() {
        return node;
    }

    @Override
    public BookieId id() {
        return id;
    }

    @Override
    public void start() {
        readsFail = false;
        gate = new WriteGate();
        store = new MemoryEntryStore(64 << 20);
        log = new MemoryDurableLog(platter, node.loop("journal"), 10_000, syncNanos);
        Loops loops = node.loops("db", plan.bookieLoops());
        Loop control = node.loop("control");
        EntryStore watched = new WatchedStore(store);
        DurableLog journal = mutant.log(log);
        Futures.whenDone(MemoryReplay.into(watched, platter, control), control, (replayed, failure) -> {
            if (failure != null) {
                throw new IllegalStateException("replay in memory failed", failure);
            }
            if (platter.loss() && mutant.conduct().doubtsAfterLoss()) {
                doubt(loops, control, watched, journal);
            } else {
                platter.settled();
                serve(loops, control, watched, journal);
            }
        });
    }

    /** What production does after a loss, but for the incarnation: limbo first, then connections (R80). */
    private void doubt(Loops loops, Loop control, EntryStore entries, DurableLog journal) {
        LedgerMetadataStore ledgers = new LedgerMetadataStore(node.metaStore(), layout, node.entropy());
        Futures.whenDone(LimboScan.run(ledgers, id, entries, journal, loops, control), control, (marked, failure) -> {
            if (failure != null) {
                control.schedule(RETRY_NANOS, () -> doubt(loops, control, entries, journal));
            } else {
                platter.settled();
                serve(loops, control, entries, journal);
            }
        });
    }

    private void serve(Loops loops, Loop control, EntryStore entries, DurableLog journal) {
        FirstTouch firstTouch = plan.firstTouch()
                ? new MetadataFirstTouch(new LedgerMetadataStore(node.metaStore(), layout, node.entropy()), id)
                : FirstTouch.OFF;
        RequestDispatcher dispatcher = new RequestDispatcher(
                loops,
                new LedgerGround(entries, journal, firstTouch, gate, node.probe(), conduct()),
                LIMITS,
                CoreBookie::space,
                node.world().allocator());
        BookieTap.Forger forger = mutant.forges() ? mutant::request : null;
        HostPort address = new HostPort(node.name(), PORT);
        Futures.whenDone(
                node.transport(1 << 20, loops).listen(address, new BookieTap(dispatcher, witness, forger), control),
                control,
                (listener, failure) -> {
                    if (failure != null) {
                        throw new IllegalStateException("a simulated port cannot be taken", failure);
                    }
                    register(address, control);
                });
    }

    /** Adds with deferred sync are answered from memory, as stock bookies do, unless another bug is planted here. */
    private BookieConduct conduct() {
        return plan.deferred() && mutant.conduct() == BookieConduct.SAFE
                ? BookieMutants.answersDeferredFromMemory()
                : mutant.conduct();
    }

    private void register(HostPort address, Loop control) {
        Futures.whenDone(
                Registration.start(
                        id,
                        BookieServiceInfo.of(address, properties()),
                        false,
                        new BookieRegistry(node.metaStore(), layout),
                        node.metaStore(),
                        SESSION,
                        control),
                control,
                (registered, failure) -> {
                    if (failure != null) {
                        control.schedule(RETRY_NANOS, () -> register(address, control));
                    }
                });
    }

    private TreeMap<String, String> properties() {
        List<String> features = new ArrayList<>();
        if (plan.durableFences()) {
            features.add(BookieServiceInfo.DURABLE_FENCE);
        }
        if (plan.takesGroups(id)) {
            features.add(BookieServiceInfo.GROUP_ADD);
        }
        if (plan.stridedReads()) {
            features.add(BookieServiceInfo.STRIPED_BATCH_READ);
        }
        TreeMap<String, String> properties = new TreeMap<>();
        if (!features.isEmpty()) {
            properties.put(BookieServiceInfo.FEATURES, String.join(",", features));
        }
        return properties;
    }

    private static Promise<Disk.Space> space(Loop caller) {
        Promise<Disk.Space> room = caller.promise();
        room.complete(new Disk.Space(1L << 40, 1L << 40));
        return room;
    }

    // ---- trouble

    @Override
    public void crash() {
        node.crash();
    }

    @Override
    public void forget(int some) {
        node.crash();
        platter.lose(some == 0 ? Integer.MAX_VALUE : some);
        witness.forgot();
    }

    @Override
    public void kill() {
        node.kill(); // what was not synced was in the memory of the process
    }

    @Override
    public void readOnly(boolean on) {
        gate.readOnly(on);
    }

    @Override
    public void crowded(boolean on) {
        log.crowded(on);
    }

    @Override
    public void garbled(boolean on) {
        witness.garbled(on);
    }

    @Override
    public void readsFail(boolean on) {
        readsFail = on;
    }

    @Override
    public void failSync() {
        log.failNextSync("the disk is gone");
    }

    @Override
    public void repair() {
        readsFail = false;
        gate.readOnly(false);
        log.crowded(false);
        witness.garbled(false);
        if (node.alive() && log.failed()) {
            crash();
        }
    }

    // ---- for observers

    @Override
    public Map<Long, byte[]> bodies(long ledgerId) {
        return store.bodies(ledgerId);
    }

    /** Tells the witness what becomes visible, and fails reads on demand. */
    private final class WatchedStore extends ForwardingStore {
        WatchedStore(EntryStore store) {
            super(store);
        }

        @Override
        public boolean put(long ledgerId, long entryId, io.netty.buffer.ByteBuf body, Loop owner) {
            boolean done = super.put(ledgerId, entryId, body, owner);
            if (done) {
                witness.puts(ledgerId, entryId, io.daybook.ledger.digest.EntryHeader.lastAddConfirmed(body));
            }
            return done;
        }

        @Override
        public io.netty.buffer.@Nullable ByteBuf cached(long ledgerId, long entryId, Loop owner) {
            return readsFail ? null : super.cached(ledgerId, entryId, owner);
        }

        @Override
        public Promise<io.daybook.bookie.ReadOutcome> read(long ledgerId, long entryId, Loop owner) {
            if (!readsFail) {
                return super.read(ledgerId, entryId, owner);
            }
            Promise<io.daybook.bookie.ReadOutcome> damaged = owner.promise();
            owner.execute(() -> damaged.complete(new io.daybook.bookie.ReadOutcome.Damaged("a sector cannot be read")));
            return damaged;
        }

        @Override
        public Promise<io.daybook.bookie.StoredRecords> readRecords(
                long ledgerId, long firstEntry, int stride, int countMax, long bytesMax, Loop owner) {
            if (!readsFail) {
                return super.readRecords(ledgerId, firstEntry, stride, countMax, bytesMax, owner);
            }
            Promise<io.daybook.bookie.StoredRecords> damaged = owner.promise();
            owner.execute(() -> damaged.completeExceptionally(
                    new io.daybook.bookie.BookieException.Damaged("a sector cannot be read", null)));
            return damaged;
        }
    }
}
