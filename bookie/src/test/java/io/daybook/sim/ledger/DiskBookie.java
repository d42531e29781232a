package io.daybook.sim.ledger;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.bookie.index.Indexes;
import io.daybook.bookie.journal.JournalConfig;
import io.daybook.bookie.server.BookieConfig;
import io.daybook.bookie.server.BookieLoops;
import io.daybook.bookie.server.BookieSeams;
import io.daybook.bookie.server.BookieServer;
import io.daybook.bookie.storage.StorageConfig;
import io.daybook.ledger.BookieId;
import io.daybook.sim.SimNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The whole bookie on a simulated node: journal, entry logs and index on the simulated disk. */
final class DiskBookie implements SimBookie {
    private static final long RETRY_NANOS = 500_000_000L;

    private static final Path FOLDER = Path.of("/bookie");

    private final SimNode node;
    private final BookieId id;
    private final LedgerPlan plan;
    private final BookieConfig config;
    private final BookieWitness witness;

    DiskBookie(SimNode node, LedgerPlan plan, LedgerWitness witness) {
        this.node = node;
        this.plan = plan;
        this.id = new BookieId(node.name() + ":" + CoreBookie.PORT);
        this.witness = witness.bookie(id);
        Path folder = FOLDER;
        JournalConfig journal = new JournalConfig(
                folder.resolve("journal"), DataSize.kibibytes(64), DataSize.kibibytes(16), DataSize.mebibytes(2), true);
        StorageConfig storage = new StorageConfig(
                List.of(folder.resolve("data")),
                DataSize.mebibytes(1),
                DataSize.mebibytes(1),
                DataSize.kibibytes(64),
                DataSize.mebibytes(1),
                DataSize.kibibytes(64),
                Duration.ofNanos(plan.spanNanos() / 3));
        BookieConfig base = BookieConfig.in(folder, ClientNode.CLUSTER, CoreBookie.PORT);
        config = new BookieConfig(
                new HostPort(node.name(), CoreBookie.PORT),
                node.name(),
                id,
                base.frameSizeMax(),
                plan.firstTouch(),
                false,
                true,
                plan.bookieLoops(),
                DataSize.mebibytes(32),
                base.metadata(),
                base.sessionTimeout(),
                journal,
                storage,
                base.labels());
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
        Loops serving = node.loops("db", plan.bookieLoops());
        Loop control = node.loop("control");
        BookieLoops loops = new BookieLoops(
                serving, control, node.loop("journal"), node.loop("files"), node.loop("flush"), node.loops("read", 1));
        BookieSeams seams = new BookieSeams(
                loops,
                new TappedTransport(node.transport(5 << 20, serving)),
                node.disk(),
                node.metaStore(),
                node.entropy(),
                node.host(),
                node.probe(),
                layout -> () -> {},
                Indexes::heap,
                node.world().allocator());
        Futures.whenDone(BookieServer.start(config, seams), control, (server, refused) -> {
            if (refused != null) {
                control.schedule(RETRY_NANOS, this::start); // as whoever supervises processes does
            }
        });
    }

    @Override
    public void crash() {
        node.crash();
    }

    @Override
    public void forget(int some) {
        node.crash();
        node.disk().wipe(some == 0 ? FOLDER : some % 2 == 0 ? FOLDER.resolve("journal") : FOLDER.resolve("data"));
        witness.forgot();
    }

    @Override
    public void kill() {
        node.kill();
    }

    @Override
    public void readsFail(boolean on) {
        if (on) {
            node.disk().failNextRead("a sector cannot be read");
        }
    }

    @Override
    public void failSync() {
        node.disk().failNextSync("the disk is gone");
    }

    @Override
    public void readOnly(boolean on) {} // its own disk watch decides

    @Override
    public void crowded(boolean on) {} // its journal is not ours to fill

    @Override
    public void garbled(boolean on) {
        witness.garbled(on);
    }

    @Override
    public void repair() {
        witness.garbled(false);
    }

    @Override
    public @Nullable Map<Long, byte[]> bodies(long ledgerId) {
        return null;
    }

    /** A transport whose accepted connections the witness listens in on. */
    private final class TappedTransport implements Transport {
        private final Transport transport;

        TappedTransport(Transport transport) {
            this.transport = transport;
        }

        @Override
        public Promise<Listener> listen(HostPort at, Acceptor acceptor, Loop loop) {
            return transport.listen(at, new BookieTap(acceptor, witness, null), loop);
        }

        @Override
        public Promise<io.daybook.base.seam.Conn> connect(
                HostPort to, Loop loop, ConnHandler handler, Duration timeout) {
            return transport.connect(to, loop, handler, timeout);
        }

        @Override
        public void close() {
            transport.close();
        }
    }
}
