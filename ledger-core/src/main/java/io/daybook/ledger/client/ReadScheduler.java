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
 * Fetches entries from whichever bookie of the write set is best: one after another on errors, a second one when the first is slow,
 * several entries from one bookie where the ensemble is the write set. Belongs to the reader's loop.
 *
 * <p><b>Buffers.</b> The receiver owns the entries it is given.
 */
final class ReadScheduler {
    private static final Logger LOG = LoggerFactory.getLogger(ReadScheduler.class);

    /** Consecutive entries that prefer the same replica, so that one disk reads on instead of three seeking. */
    private static final int RUN_BITS = 12;

    private final LedgerId ledger;
    private final Replication replication;
    private final EntryDigest digest;
    private final ClientLoop home;
    private final Loop loop;
    private final Bookies bookies;
    private final Duration readTimeout;
    private final long hedgeNanos;
    private final Set<Fetch> open = new LinkedHashSet<>();
    private Loop.@Nullable Timer hedgeTimer; // one for all fetches
    private boolean batches; // until a bookie hangs up on one
    private boolean batchAnswered;

    ReadScheduler(LedgerId ledger, Replication replication, EntryDigest digest, ClientLoop home) {
        this.ledger = ledger;
        this.replication = replication;
        this.digest = digest;
        this.home = home;
        this.loop = home.loop();
        this.bookies = home.bookies();
        this.readTimeout = home.config().readTimeout();
        this.hedgeNanos = home.config().hedgeDelay().toNanos();
        this.batches = replication.ensemble() == replication.writeQuorum()
                && home.config().wire() == ClientConfig.Wire.V2;
    }

    /** Whether several entries can come in one answer: each bookie has them all, and the wire can say it. */
    boolean batches() {
        return batches;
    }

    /**
     * Fetches entries {@code first} to at most {@code last}, of which at least the first must come; more only if {@link #batches()}.
     *
     * @param fragment where they are
     * @param bytesMax of the answer; the first entry always comes
     */
    void fetch(Fragment fragment, long first, long last, long bytesMax, Receiver receiver) {
        Fetch fetch = new Fetch(fragment, first, batches ? last : first, bytesMax, receiver);
        open.add(fetch);
        askNext(fetch);
        startHedging();
    }

    /** Ends all fetches with {@code why}. */
    void close(LedgerException why) {
        if (hedgeTimer != null) {
            hedgeTimer.cancel();
            hedgeTimer = null;
        }
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
        fetch.askedNanos = loop.clock().nanos();
        BookieId bookie = fetch.fragment.bookies().get(slot);
        if (batches && fetch.last > fetch.first) {
            int count = (int) Math.min(Integer.MAX_VALUE, fetch.last - fetch.first + 1);
            Request request =
                    new Request.BatchRead(Tag.V2, ledger.value(), fetch.first, 0, count, fetch.bytesMax, false, null);
            Futures.whenDone(
                    bookies.call(bookie, request, Response.BatchRead.class, readTimeout),
                    loop,
                    (answer, failure) -> onBatch(fetch, bookie, answer, failure));
        } else {
            Request request = Request.Read.plain(Tag.V2, ledger.value(), fetch.first);
            Futures.whenDone(
                    bookies.call(bookie, request, Response.Read.class, readTimeout),
                    loop,
                    (answer, failure) -> onRead(fetch, bookie, answer, failure));
        }
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
            if (batchAnswered || !open.remove(fetch)) {
                onUnknown(fetch, bookie, String.valueOf(failure));
                return;
            }
            LOG.debug(
                    "ledger={} bookie={} no answer to a batch read, single reads from now on: {}",
                    ledger,
                    bookie,
                    String.valueOf(failure));
            batches = false; // a bookie that does not know them hangs up
            fetch(fetch.fragment, fetch.first, fetch.first, fetch.bytesMax, fetch.receiver);
            return;
        }
        batchAnswered = true;
        if (answer.status() == Status.OK && !answer.entries().isEmpty()) {
            onBodies(fetch, bookie, answer.entries());
            return;
        }
        answer.release();
        onRefused(fetch, bookie, answer.status());
    }

    private void onBodies(Fetch fetch, BookieId bookie, List<ByteBuf> bodies) {
        boolean wanted = open.contains(fetch);
        List<LedgerEntry> entries = new ArrayList<>(bodies.size());
        boolean whole = true;
        for (ByteBuf body : bodies) {
            long id = fetch.first + entries.size();
            if (!wanted || !whole || id > fetch.last) {
                body.release();
                continue;
            }
            try {
                entries.add(digest.unpack(ledger.value(), id, body));
            } catch (DigestMismatchException damaged) {
                LOG.warn("ledger={} entry={} bookie={} damaged copy: {}", ledger, id, bookie, damaged.getMessage());
                home.meters().onDamaged();
                whole = false;
            }
        }
        if (!entries.isEmpty()) {
            open.remove(fetch);
            fetch.receiver.onEntries(fetch.first, entries);
        } else if (wanted) {
            fetch.choice.damaged(bookie);
            askNext(fetch);
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
        if (open.contains(fetch)) {
            LOG.debug("ledger={} entry={} bookie={} cannot be read there: {}", ledger, fetch.first, bookie, why);
            home.slow().admit(bookie, why);
            fetch.choice.unknown();
            askNext(fetch);
        }
    }

    private void startHedging() {
        if (hedgeTimer == null && !open.isEmpty()) {
            hedgeTimer = loop.schedule(hedgeNanos / 2 + 1, this::hedge);
        }
    }

    private void hedge() {
        hedgeTimer = null;
        long now = loop.clock().nanos();
        for (Fetch fetch : new ArrayList<>(open)) {
            if (now - fetch.askedNanos >= hedgeNanos && open.contains(fetch)) {
                askNext(fetch);
            }
        }
        startHedging();
    }

    private int[] order(Fragment fragment, long entry) {
        int copies = replication.writeQuorum();
        int[] order = new int[copies];
        int preferred = copies < replication.ensemble()
                ? 0 // striping spreads the entries already
                : (int) Math.floorMod(ledger.value() + (entry >> RUN_BITS) - entry, (long) copies);
        int good = 0;
        int bad = copies;
        for (int i = 0; i < copies; i++) {
            int slot = replication.slot(entry, (preferred + i) % copies);
            if (home.slow().holds(fragment.bookies().get(slot))) {
                order[--bad] = slot;
            } else {
                order[good++] = slot;
            }
        }
        return order;
    }

    /** Told of the end of a fetch; never inside the call that began it. */
    interface Receiver {

        /** Entries from {@code first} on, at least one; the receiver closes them. */
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
        final long last;
        final long bytesMax;
        final Receiver receiver;
        final ReplicaChoice choice;
        long askedNanos;

        Fetch(Fragment fragment, long first, long last, long bytesMax, Receiver receiver) {
            this.fragment = fragment;
            this.first = first;
            this.last = last;
            this.bytesMax = bytesMax;
            this.receiver = receiver;
            this.choice = new ReplicaChoice(order(fragment, first));
        }
    }
}
