package io.daybook.benchmarks.micro;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Probe;
import io.daybook.bookie.index.Indexes;
import io.daybook.bookie.journal.Journal;
import io.daybook.bookie.journal.JournalConfig;
import io.daybook.bookie.journal.JournalPosition;
import io.daybook.bookie.ledger.BookieConduct;
import io.daybook.bookie.ledger.FirstTouch;
import io.daybook.bookie.ledger.LedgerGround;
import io.daybook.bookie.ledger.WriteGate;
import io.daybook.bookie.server.RequestDispatcher;
import io.daybook.bookie.server.ServerLimits;
import io.daybook.bookie.storage.StorageConfig;
import io.daybook.bookie.storage.StoreLoops;
import io.daybook.bookie.storage.TieredEntryStore;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Password;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.protocol.WireV3;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A bookie from frame to answer on one thread, each of its loops turned by hand and timed by itself: connection, ledgers, write cache, journal, flush and index
 * of production, over a disk that is done at once. Entries of 1 KiB, each of another ledger than the one before, in frames as one pass of a client fills them.
 */
final class BookiePath implements ManyLedgers.Path {
    private static final int FRAME = 57; // entries that a frame of 64 KiB holds
    private static final int FRAMES = 4; // of one group of the journal
    private static final int FLUSHED = 48_000; // entries of one flush
    private static final long FIRST_LEDGER = 5_000;
    private static final byte[] KEY = CodecsBenchmark.KEY;

    private final ByteBufAllocator buffers = PooledByteBufAllocator.DEFAULT;
    private final HandLoop serving = new HandLoop();
    private final HandLoop journalling = HandLoop.punctual();
    private final HandLoop flushing = new HandLoop();
    private final Conn conn = new Answered();
    private final EntryDigest digest = EntryDigest.of(DigestType.CRC32C, Password.EMPTY);
    private final byte[] payload = Bytes.array(ManyLedgers.PAYLOAD);
    private final Runnable emptyCaches;
    private final TieredEntryStore store;
    private final ConnHandler session;
    private final long[] written; // entries of each ledger
    private long frames;
    private int next; // ledger
    private int unflushed; // entries

    /** @param index an empty folder */
    BookiePath(int ledgers, Path index, Runnable emptyCaches) {
        this.written = new long[ledgers];
        this.emptyCaches = emptyCaches;
        Journal journal = JournalGroupBenchmark.open(JournalConfig.in(Path.of("/journal")), journalling);
        Loops owners = new Loops(List.of(serving));
        StorageConfig config = new StorageConfig(
                List.of(Path.of("/data")),
                DataSize.mebibytes(160),
                DataSize.mebibytes(16),
                DataSize.mebibytes(1),
                DataSize.mebibytes(64),
                DataSize.gibibytes(1),
                Duration.ofSeconds(60));
        @Nullable TieredEntryStore[] opened = new TieredEntryStore[1];
        TieredEntryStore.open(
                        config,
                        new ForgetfulDisk(),
                        new StoreLoops(owners, flushing, owners),
                        Indexes.rocks(index, DataSize.mebibytes(64)),
                        buffers,
                        failure -> {
                            throw failure;
                        },
                        flushing)
                .thenAccept(done -> opened[0] = done);
        turn(null);
        store = Objects.requireNonNull(opened[0], "the store did not open");
        turn(store.replay(flushing).finish(() -> {
            JournalPosition at = journal.writtenPosition();
            return caller -> journal.release(at, caller);
        }));
        RequestDispatcher dispatcher = new RequestDispatcher(
                owners,
                new LedgerGround(store, journal, BookiePath::known, new WriteGate(), Probe.NONE, BookieConduct.SAFE),
                ServerLimits.within(DataSize.mebibytes(64), DataSize.mebibytes(5)),
                caller -> caller.promise(),
                buffers);
        session = dispatcher.accept(conn);
        for (int entries = 0; entries < ledgers; entries += FRAME) { // each is loaded and looked up once
            session.onFrame(conn, frame());
            turn(null);
        }
        turn(store.flush(flushing));
    }

    private static Promise<FirstTouch.@Nullable Facts> known(long ledger, Loop owner) {
        Promise<FirstTouch.@Nullable Facts> facts = owner.promise();
        facts.complete(new FirstTouch.Facts(true, true, KEY, DigestType.CRC32C));
        return facts;
    }

    @Override
    public List<String> stages() {
        return List.of("loop", "journal", "answer", "flush");
    }

    @Override
    public long run(int entriesMin, long[] nanos) {
        long entries = 0;
        while (entries < entriesMin || unflushed > 0) {
            ByteBuf[] group = new ByteBuf[FRAMES];
            for (int i = 0; i < FRAMES; i++) {
                group[i] = frame();
            }
            time(nanos, 0, () -> {
                for (ByteBuf frame : group) {
                    session.onFrame(conn, frame);
                }
                serving.turn();
            });
            time(nanos, 1, journalling::turn);
            time(nanos, 2, serving::turn);
            entries += FRAMES * FRAME;
            unflushed += FRAMES * FRAME;
            if (unflushed >= FLUSHED) {
                time(nanos, 3, () -> turn(store.flush(flushing)));
                unflushed = 0;
            }
        }
        return entries;
    }

    private void time(long[] nanos, int stage, Runnable work) {
        emptyCaches.run();
        long begun = System.nanoTime();
        work.run();
        nanos[stage] += System.nanoTime() - begun;
    }

    /** Turns all loops until {@code done} completes; null: until nothing is left to do. */
    private void turn(@Nullable Promise<Void> done) {
        for (int i = 0; i < 1_000_000 && (done == null ? i < 100 : !done.isDone()); i++) {
            flushing.turn();
            serving.turn();
            journalling.turn();
        }
        if (done != null) {
            done.join();
        }
    }

    private ByteBuf frame() {
        ByteBuf group = buffers.directBuffer(64 << 10);
        for (int i = 0; i < FRAME; i++) {
            long entry = written[next]++;
            group.writeInt(payload.length + digest.overhead());
            digest.packInto(
                    group,
                    FIRST_LEDGER + next,
                    entry,
                    entry - 1,
                    (entry + 1) * payload.length,
                    Unpooled.wrappedBuffer(payload));
            next = (next + 1) % written.length;
        }
        return WireV3.encode(new Request.GroupAdd(new Tag(Tag.V3, ++frames, 0), KEY, FRAME, group), buffers);
    }

    /** The other side takes every answer. */
    private final class Answered implements Conn {
        @Override
        public Loop loop() {
            return serving;
        }

        @Override
        public HostPort peer() {
            return new HostPort("127.0.0.1", 1);
        }

        @Override
        public void send(ByteBuf frame) {
            frame.release();
        }

        @Override
        public void send(ByteBuf head, ByteBuf body) {
            throw new AssertionError("nothing is read here");
        }

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public long queuedBytes() {
            return 0;
        }

        @Override
        public void reading(boolean on) {}

        @Override
        public void close() {
            throw new AssertionError("the bookie closed the connection");
        }
    }
}
