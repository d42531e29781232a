package io.daybook.ledger.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.DigestMismatchException;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.protocol.MalformedFrameException;
import io.daybook.ledger.protocol.Records;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.transport.Bookies;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches entries from whichever bookie of the write set is best: one after another on errors, a second one when the first is slow.
 *
 * <p>Several entries come from one bookie in one answer: by a strided read where every bookie announces it, also of a striped ledger, where the entries of one
 * answer are an ensemble's size apart; else by a stock batch read where the ensemble is the write set; else each comes alone. {@link ReplicaOrder} says which
 * bookie is best, {@link Hedging} when one is slow. Belongs to the reader's loop.
 *
 * <p><b>Buffers.</b> The receiver owns the entries it is given; those of one answer share its memory.
 */
final class ReadScheduler {
    private static final Logger LOG = LoggerFactory.getLogger(ReadScheduler.class);

    private final LedgerId ledger;
    private final Replication replication;
    private final EntryDigest digest;
    private final ClientLoop home;
    private final Loop loop;
    private final Bookies bookies;
    private final Duration readTimeout;
    private final Hedging hedging;
    private final HedgeTimer hedgeTimer;
    private final ReplicaOrder order;
    private final Set<Fetch> open = new LinkedHashSet<>();
    private boolean stockBatches; // until a bookie hangs up on one
    private boolean stockBatchAnswered;

    ReadScheduler(LedgerId ledger, Replication replication, EntryDigest digest, ClientLoop home) {
        this.ledger = ledger;
        this.replication = replication;
        this.digest = digest;
        this.home = home;
        this.loop = home.loop();
        this.bookies = home.bookies();
        this.readTimeout = home.config().readTimeout();
        this.hedging = home.hedging();
        this.hedgeTimer = new HedgeTimer(hedging, loop, this::hedge);
        this.order = new ReplicaOrder(ledger, replication, home);
        this.stockBatches = replication.ensemble() == replication.writeQuorum()
                && home.config().wire() == ClientConfig.Wire.V2;
    }

    /**
     * How far the entries of one answer are apart: 1 where each bookie of {@code fragment} has them all, the ensemble's size in a striped ledger, 0 where only
     * one entry can be asked for at a time.
     */
    int stride(Fragment fragment) {
        if (stockBatches) {
            return 1;
        }
        for (BookieId bookie : fragment.bookies()) {
            if (!home.readsStrided(bookie)) {
                return 0;
            }
        }
        return replication.ensemble() == replication.writeQuorum() ? 1 : replication.ensemble();
    }

    /**
     * Fetches entries {@code first}, {@code first + stride}, … to at most {@code last}, of which at least the first must come.
     *
     * @param fragment where they are
     * @param stride as {@link #stride} tells, or 1 with {@code last} equal to {@code first}
     * @param bytesMax of the answer; the first entry always comes
     */
    void fetch(Fragment fragment, long first, int stride, long last, long bytesMax, Receiver receiver) {
        Fetch fetch = new Fetch(fragment, first, stride, last, bytesMax, receiver);
        open.add(fetch);
        hedging.onRead();
        askNext(fetch);
        startHedging();
    }

    /** Ends all fetches with {@code why}. */
    void close(LedgerException why) {
        hedgeTimer.cancel();
        for (Fetch fetch : new ArrayList<>(open)) {
            if (open.remove(fetch)) {
                fetch.receiver.onClosed(why);
            }
        }
    }

    private void askNext(Fetch fetch) {
        int slot = fetch.choice.next();
        if (slot < 0) {
            if (fetch.choice.exhausted() && open.remove(fetch)) {
                fetch.receiver.onMissing(fetch.first, fetch.choice);
            }
            return;
        }
        boolean firstAsked = fetch.askedNanos == 0;
        long now = loop.clock().nanos();
        fetch.askedNanos = now == 0 ? 1 : now;
        BookieId bookie = fetch.fragment.bookies().get(slot);
        fetch.awaited = bookie;
        if (fetch.last > fetch.first && home.readsStrided(bookie)) {
            int count = (int) Math.min(Integer.MAX_VALUE, (fetch.last - fetch.first) / fetch.stride + 1);
            Request request =
                    new Request.StridedRead(Tag.V2, ledger.value(), fetch.first, fetch.stride, count, fetch.bytesMax);
            Futures.whenDone(
                    bookies.call(bookie, request, Response.StridedRead.class, readTimeout), loop, (answer, failure) -> {
                        timed(fetch, firstAsked, now, failure);
                        onStrided(fetch, bookie, answer, failure);
                    });
        } else if (fetch.last > fetch.first && fetch.stride == 1 && stockBatches) {
            int count = (int) Math.min(Integer.MAX_VALUE, fetch.last - fetch.first + 1);
            Request request =
                    new Request.BatchRead(Tag.V2, ledger.value(), fetch.first, 0, count, fetch.bytesMax, false, null);
            Futures.whenDone(
                    bookies.call(bookie, request, Response.BatchRead.class, readTimeout), loop, (answer, failure) -> {
                        timed(fetch, firstAsked, now, failure);
                        onBatch(fetch, bookie, answer, failure);
                    });
        } else {
            Request request = Request.Read.plain(Tag.V2, ledger.value(), fetch.first);
            Futures.whenDone(
                    bookies.call(bookie, request, Response.Read.class, readTimeout), loop, (answer, failure) -> {
                        timed(fetch, firstAsked, now, failure);
                        onRead(fetch, bookie, answer, failure);
                    });
        }
    }

    /** Only the first bookie asked tells how long answers take: a later one is asked because that was slow. */
    private void timed(Fetch fetch, boolean firstAsked, long asked, @Nullable Throwable failure) {
        if (firstAsked && failure == null) {
            hedging.onAnswer(fetch.last > fetch.first, loop.clock().nanos() - asked);
        }
    }

    private void onStrided(
            Fetch fetch, BookieId bookie, Response.@Nullable StridedRead answer, @Nullable Throwable failure) {
        if (answer == null) {
            onUnknown(fetch, bookie, String.valueOf(failure));
            return;
        }
        ByteBuf records = answer.records();
        if (answer.status() != Status.OK || records == null || !records.isReadable()) {
            answer.release();
            if (answer.status() == Status.OK) {
                onUnknown(fetch, bookie, "answered with nothing");
            } else {
                onRefused(fetch, bookie, answer.status());
            }
            return;
        }
        Arrival arrival = new Arrival(fetch, bookie, answer.count());
        try {
            for (Records walk = new Records(records); arrival.more() && walk.next(); ) {
                arrival.add(walk.body());
            }
        } catch (MalformedFrameException notWhole) {
            arrival.damaged(notWhole.getMessage());
        } finally {
            records.release(); // the entries keep their parts
        }
        arrival.end();
    }

    private void onRead(Fetch fetch, BookieId bookie, Response.@Nullable Read answer, @Nullable Throwable failure) {
        if (answer == null) {
            onUnknown(fetch, bookie, String.valueOf(failure));
            return;
        }
        ByteBuf body = answer.body();
        if (answer.status() == Status.OK && body != null) {
            onBodies(fetch, bookie, List.of(body));
            return;
        }
        answer.release();
        onRefused(fetch, bookie, answer.status());
    }

    private void onBatch(
            Fetch fetch, BookieId bookie, Response.@Nullable BatchRead answer, @Nullable Throwable failure) {
        if (answer == null) {
            if (stockBatchAnswered || !open.remove(fetch)) {
                onUnknown(fetch, bookie, String.valueOf(failure));
                return;
            }
            LOG.debug(
                    "ledger={} bookie={} no answer to a batch read, single reads from now on: {}",
                    ledger,
                    bookie,
                    String.valueOf(failure));
            stockBatches = false; // a bookie that does not know them hangs up
            fetch(fetch.fragment, fetch.first, 1, fetch.first, fetch.bytesMax, fetch.receiver);
            return;
        }
        stockBatchAnswered = true;
        if (answer.status() == Status.OK && !answer.entries().isEmpty()) {
            onBodies(fetch, bookie, answer.entries());
            return;
        }
        answer.release();
        onRefused(fetch, bookie, answer.status());
    }

    private void onBodies(Fetch fetch, BookieId bookie, List<ByteBuf> bodies) {
        Arrival arrival = new Arrival(fetch, bookie, bodies.size());
        for (ByteBuf body : bodies) {
            if (arrival.more()) {
                arrival.add(body);
            } else {
                body.release();
            }
        }
        arrival.end();
    }

    /** The entries of one answer, verified one by one: what stands behind one that is damaged is left to another answer. */
    private final class Arrival {
        private final Fetch fetch;
        private final BookieId bookie;
        private final boolean wanted;
        private final List<LedgerEntry> entries;
        private boolean whole = true;
        private long next;
        private long bytes;

        Arrival(Fetch fetch, BookieId bookie, int count) {
            this.fetch = fetch;
            this.bookie = bookie;
            this.wanted = open.contains(fetch);
            this.entries = new ArrayList<>(Math.max(1, Math.min(count, 1 << 16)));
            this.next = fetch.first;
        }

        /** Whether a further entry is of use. */
        boolean more() {
            return wanted && whole && next <= fetch.last;
        }

        /** Takes {@code body} over, which should be the next entry. */
        void add(ByteBuf body) {
            bytes += body.readableBytes();
            try {
                entries.add(digest.unpack(ledger.value(), next, body));
                next += fetch.stride;
            } catch (DigestMismatchException failure) {
                damaged(failure.getMessage());
            }
        }

        /** What comes from here on is not as it was written: damage, not absence. */
        void damaged(@Nullable String why) {
            LOG.warn("ledger={} entry={} bookie={} damaged copy: {}", ledger, next, bookie, why);
            home.meters().onDamaged();
            whole = false;
        }

        /** Delivers what is whole, or asks the next bookie. */
        void end() {
            if (!entries.isEmpty()) {
                order.onArrival(bytes, entries.size());
                open.remove(fetch);
                fetch.receiver.onEntries(fetch.first, entries);
            } else if (wanted) {
                fetch.choice.damaged(bookie);
                askNext(fetch);
            }
        }
    }

    private void onRefused(Fetch fetch, BookieId bookie, Status status) {
        if (!open.contains(fetch)) {
            return;
        }
        if (status.certainNegative()) {
            fetch.choice.absent();
            askNext(fetch);
        } else {
            onUnknown(fetch, bookie, "answered " + status);
        }
    }

    private void onUnknown(Fetch fetch, BookieId bookie, String why) {
        home.slow().admit(bookie, why); // also when another bookie was faster: the next fetch shall know
        if (open.contains(fetch)) {
            LOG.debug("ledger={} entry={} bookie={} cannot be read there: {}", ledger, fetch.first, bookie, why);
            fetch.choice.unknown();
            askNext(fetch);
        }
    }

    private void startHedging() {
        if (!open.isEmpty()) {
            hedgeTimer.start();
        }
    }

    private void hedge() {
        long now = loop.clock().nanos();
        for (Fetch fetch : new ArrayList<>(open)) {
            long waited = now - fetch.askedNanos;
            boolean late = waited >= hedging.delayMaxNanos();
            boolean due = late || waited >= hedging.delayNanos(fetch.last > fetch.first);
            if (late) {
                admitAwaited(fetch);
            }
            if (due && open.contains(fetch) && fetch.choice.anyLeft() && (late || hedging.tryHedge())) {
                home.meters().onHedged();
                askNext(fetch);
            }
        }
        startHedging();
    }

    /** The bookie that {@code fetch} waits for is asked last by the fetches that follow. */
    private void admitAwaited(Fetch fetch) {
        BookieId bookie = fetch.awaited;
        if (bookie != null) {
            fetch.awaited = null;
            home.slow().admit(bookie, "slower than usual");
        }
    }

    /** Told of the end of a fetch; never inside the call that began it. */
    interface Receiver {

        /** Entries from {@code first} on, a stride apart, at least one; the receiver closes them. */
        void onEntries(long first, List<LedgerEntry> entries);

        /** No bookie delivered {@code first}. */
        void onMissing(long first, ReplicaChoice answers);

        /** The reader was closed. */
        void onClosed(LedgerException why);
    }

    /** One fetch and where it stands. */
    private final class Fetch {
        final Fragment fragment;
        final long first;
        final int stride;
        final long last;
        final long bytesMax;
        final Receiver receiver;
        final ReplicaChoice choice;
        long askedNanos; // 0 before the first bookie was asked

        @Nullable
        BookieId awaited; // asked last; null once it is known to be slow

        Fetch(Fragment fragment, long first, int stride, long last, long bytesMax, Receiver receiver) {
            this.fragment = fragment;
            this.first = first;
            this.stride = stride;
            this.last = last;
            this.bytesMax = bytesMax;
            this.receiver = receiver;
            this.choice = new ReplicaChoice(order.of(fragment, first));
        }
    }
}
