package io.daybook.ledger.client;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.Password;
import io.daybook.ledger.RepairHint;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.DigestMismatchException;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.metadata.Versioned;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reader that applications hold: knows how far the ledger may be read, fetches through a {@link ReadScheduler}, waits through a
 * {@link TailWatch}, and learns of changes by watching the ledger's record.
 *
 * <p><b>Threads.</b> All state belongs to {@link #loop()}; calls from elsewhere are handed over. Promises complete on the loop.
 */
final class QuorumReader implements LedgerReader, ClientLoop.Handle {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumReader.class);
    private static final int UNBATCHED_MAX = 256; // entries of one readBatch where each needs a request of its own
    private static final int RECORD_OVERHEAD = 64; // what an entry takes in an answer beside its payload, about
    private static final int STRIPED_MAX = 1 << 16; // entries of one readBatch where several requests bring them

    private final LedgerId ledger;
    private final String decisions;
    private final ClientLoop home;
    private final Loop loop;
    private final EntryDigest digest;
    private final ReadScheduler scheduler;
    private final TailWatch tail;
    private final Source source = new Source();
    private final Source unconfirmed = new Source();
    private MetaStore.@Nullable Watch watch; // loop only
    private boolean refreshing; // loop only
    private boolean refreshAgain; // loop only
    private boolean shut; // loop only
    private long entryBytes = 1024; // loop only: how much entries weigh lately

    private volatile Versioned<LedgerMetadata> record; // written on the loop
    private volatile long lastAddConfirmed; // written on the loop

    private QuorumReader(
            LedgerId ledger, Versioned<LedgerMetadata> record, Password password, String decisions, ClientLoop home) {
        LedgerMetadata metadata = record.value();
        this.ledger = ledger;
        this.decisions = decisions;
        this.home = home;
        this.loop = home.loop();
        this.record = record;
        this.lastAddConfirmed = metadata.closed() ? metadata.lastEntry() : -1;
        this.digest = EntryDigest.of(metadata.digestType(), password);
        this.scheduler = new ReadScheduler(ledger, metadata.replication(), digest, home);
        this.tail = new TailWatch(ledger.value(), metadata.replication(), home, new Tail());
    }

    /** A reader of the ledger whose record was read as {@code record}. On the home loop. */
    static QuorumReader open(
            LedgerId ledger, Versioned<LedgerMetadata> record, Password password, String decisions, ClientLoop home) {
        QuorumReader reader = new QuorumReader(ledger, record, password, decisions, home);
        home.opened(reader);
        if (!reader.closed() && !reader.shut) {
            reader.watch = home.metadata().watch(ledger, reader::refresh, home.loop());
            reader.refresh(); // what changed between the read and the watch
        }
        return reader;
    }

    @Override
    public LedgerId ledger() {
        return ledger;
    }

    @Override
    public LedgerMetadata metadata() {
        return record.value();
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public long lastAddConfirmed() {
        return lastAddConfirmed;
    }

    @Override
    public boolean closed() {
        return metadata().closed();
    }

    @Override
    public CompletableFuture<Long> readLastAddConfirmed() {
        return onLoop(result -> Futures.whenDone(refreshed(), loop, (fresh, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            } else if (closed()) {
                result.complete(lastAddConfirmed);
            } else {
                var asked = LacQuery.ask(
                        ledger, metadata().replication(), metadata().lastFragment(), digest, home);
                Futures.whenDone(asked, loop, (found, refused) -> learned(found, refused, result));
            }
        }));
    }

    @Override
    public CompletableFuture<Long> peekLastAddConfirmed() {
        return onLoop(result -> {
            if (closed()) {
                result.complete(lastAddConfirmed);
                return;
            }
            var asked = LacQuery.above(
                    lastAddConfirmed,
                    ledger,
                    metadata().replication(),
                    metadata().lastFragment(),
                    digest,
                    home);
            Futures.whenDone(asked, loop, (found, refused) -> learned(found, refused, result));
        });
    }

    private void learned(@Nullable Long found, @Nullable Throwable refused, Promise<Long> result) {
        if (found == null) {
            result.completeExceptionally(Objects.requireNonNull(refused, "a query ends with an id or a failure"));
            return;
        }
        confirmed(found);
        tail.onProgress(false);
        result.complete(lastAddConfirmed);
    }

    @Override
    public CompletableFuture<LedgerEntries> read(long first, long last) {
        checkRange(first, last);
        return onLoop(result -> {
            if (last > lastAddConfirmed) {
                result.completeExceptionally(beyond(last));
            } else {
                new RangeRead(source, first, last, home.config().readAhead().bytes(), false, result).start();
            }
        });
    }

    @Override
    public CompletableFuture<LedgerEntries> readBatch(long first, int countMax, long bytesMax) {
        Check.argument(first >= 0, "there is no entry %s: ids start at 0", first);
        Check.argument(countMax >= 1, "a batch of at most %s entries holds nothing", countMax);
        return onLoop(result -> {
            if (first > lastAddConfirmed) {
                result.completeExceptionally(beyond(first));
                return;
            }
            long last = Math.min(lastAddConfirmed, first + countMax - 1);
            int stride = source.stride(first);
            if (stride == 1) {
                long bytes = Math.min(bytesMax, source.answerBytesMax());
                source.fetch(first, 1, Math.min(last, source.fragmentEnd(first)), bytes, new Batch(result));
            } else {
                long fitting = Math.max(1, bytesMax / Math.max(1, entryBytes));
                fitting = Math.min(fitting, stride == 0 ? UNBATCHED_MAX : STRIPED_MAX);
                Promise<LedgerEntries> all = loop.promise();
                new RangeRead(
                                source,
                                first,
                                Math.min(last, first + fitting - 1),
                                home.config().readAhead().bytes(),
                                false,
                                all)
                        .start();
                Futures.whenDone(all, loop, (entries, failure) -> {
                    if (entries == null) {
                        result.completeExceptionally(failure);
                    } else {
                        deliver(result, cut(entries.entries(), bytesMax));
                    }
                });
            }
        });
    }

    @Override
    public CompletableFuture<LedgerEntries> readUnconfirmed(long first, long last) {
        checkRange(first, last);
        return onLoop(result -> {
            if (closed() && first > lastAddConfirmed) {
                result.completeExceptionally(beyond(first));
                return;
            }
            long end = closed() ? Math.min(last, lastAddConfirmed) : last;
            new RangeRead(unconfirmed, first, end, home.config().readAhead().bytes(), true, result).start();
        });
    }

    @Override
    public CompletableFuture<Poll> poll(long entry, Duration timeout) {
        return onLoop(result -> {
            if (entry <= lastAddConfirmed || closed()) {
                result.complete(new Poll(lastAddConfirmed, closed(), null));
            } else {
                tail.await(entry, timeout, result);
            }
        });
    }

    @Override
    public String decisions() {
        return decisions;
    }

    @Override
    public void close() {
        try {
            loop.run(() -> shut("the reader of ledger %s was closed".formatted(ledger)));
        } catch (RejectedExecutionException loopEnded) {
            LOG.debug("ledger={} the loop {} has ended before its reader", ledger, loop.name());
        }
    }

    @Override
    public void onClientClosed() {
        shut("the client was closed while ledger %s was being read".formatted(ledger));
    }

    private void shut(String why) {
        if (shut) {
            return;
        }
        shut = true;
        home.left(this);
        unwatch();
        LedgerException failure = new LedgerException.HandleClosed(Outcome.NOT_APPLIED, why);
        tail.close(failure);
        scheduler.close(failure);
    }

    // ---- metadata

    /** Reads the record again soon; calls in between share one read. */
    private void refresh() {
        if (shut || closed()) {
            return;
        }
        if (refreshing) {
            refreshAgain = true;
            return;
        }
        refreshing = true;
        Futures.whenDone(home.metadata().read(ledger, loop), loop, (found, failure) -> {
            refreshing = false;
            if (failure != null) {
                LOG.debug(
                        "ledger={} its record cannot be read now: {}",
                        ledger,
                        failure.getMessage()); // the watch calls again
            } else {
                adopt(found);
            }
            if (refreshAgain) {
                refreshAgain = false;
                refresh();
            }
        });
    }

    /** Completes once the end that the record tells is as new as this call. */
    private Promise<Void> refreshed() {
        if (!closed()) {
            return lookedUp();
        }
        Promise<Void> done = loop.promise();
        done.complete(null);
        return done;
    }

    /** Completes once the record is as new as this call; repair changes fragments of a closed one, too. */
    private Promise<Void> lookedUp() {
        Promise<Void> done = loop.promise();
        Futures.whenDone(home.metadata().readLinearizable(ledger, loop), loop, (found, failure) -> {
            if (failure != null) {
                done.completeExceptionally(MetadataFailures.of(ledger, failure));
            } else if (found == null) {
                LedgerException gone = gone();
                tail.close(gone);
                done.completeExceptionally(gone);
            } else {
                adopt(found);
                done.complete(null);
            }
        });
        return done;
    }

    private void adopt(@Nullable Versioned<LedgerMetadata> found) {
        if (shut) {
            return;
        }
        if (found == null) {
            tail.close(gone());
            return;
        }
        Versioned<LedgerMetadata> known = record;
        if (found.version() <= known.version()) {
            return; // a stale read
        }
        boolean moved = !found.value().lastFragment().equals(known.value().lastFragment());
        record = found;
        if (found.value().closed()) {
            lastAddConfirmed = found.value().lastEntry(); // final (R60)
            unwatch();
        }
        tail.onProgress(moved);
    }

    private void unwatch() {
        MetaStore.Watch held = watch;
        watch = null;
        if (held != null) {
            held.close();
        }
    }

    // ---- small parts

    private void confirmed(long entry) {
        if (!closed() && entry > lastAddConfirmed) {
            lastAddConfirmed = entry;
        }
    }

    private <T> CompletableFuture<T> onLoop(Consumer<Promise<T>> call) {
        Promise<T> result = loop.promise();
        try {
            loop.run(() -> {
                if (shut) {
                    result.completeExceptionally(new LedgerException.HandleClosed(
                            Outcome.NOT_APPLIED,
                            "the reader of ledger %s is closed; open the ledger again".formatted(ledger)));
                } else {
                    call.accept(result);
                }
            });
        } catch (RejectedExecutionException loopEnded) {
            return CompletableFuture.failedFuture(new LedgerException.HandleClosed(
                    Outcome.NOT_APPLIED,
                    "ledger %s: the client was closed, its loop %s has ended".formatted(ledger, loop.name())));
        }
        return result;
    }

    private static void checkRange(long first, long last) {
        Check.argument(first >= 0 && first <= last, "entries %s to %s are no range", first, last);
        Check.argument(
                last - first < 1 << 24, "entries %s to %s are too many for one read; read in parts", first, last);
    }

    private LedgerException beyond(long entry) {
        return new LedgerException.NoSuchEntry(
                closed()
                        ? "ledger %s ends at entry %s, there is no entry %s".formatted(ledger, lastAddConfirmed, entry)
                        : "entry %s of ledger %s is not confirmed yet, the last one known is %s; poll for it"
                                .formatted(entry, ledger, lastAddConfirmed));
    }

    private LedgerException gone() {
        return new LedgerException.NoSuchLedger("ledger %s was deleted".formatted(ledger));
    }

    private static void deliver(Promise<LedgerEntries> result, List<LedgerEntry> entries) {
        if (!result.complete(new LedgerEntries(entries))) {
            entries.forEach(LedgerEntry::close); // the caller gave up waiting
        }
    }

    /** Keeps the first entry and as many more as fit; closes the rest. */
    private static List<LedgerEntry> cut(List<LedgerEntry> entries, long bytesMax) {
        List<LedgerEntry> kept = new ArrayList<>();
        long bytes = 0;
        for (LedgerEntry entry : entries) {
            bytes += entry.payload().readableBytes();
            if (!kept.isEmpty() && bytes > bytesMax) {
                entry.close();
                bytes = Long.MAX_VALUE / 2; // nothing behind a gap
            } else {
                kept.add(entry);
            }
        }
        return kept;
    }

    /** Where entries come from: the bookies of the newest fragments known, looked up once more when nobody has an entry (R62). */
    private final class Source implements RangeRead.Source {
        @Override
        public void fetch(long first, int stride, long last, long bytesMax, ReadScheduler.Receiver receiver) {
            Fragment fragment = metadata().fragmentOf(first);
            scheduler.fetch(fragment, first, stride, last, bytesMax, new ReadScheduler.Receiver() {
                @Override
                public void onEntries(long from, List<LedgerEntry> entries) {
                    receiver.onEntries(from, entries);
                }

                @Override
                public void onMissing(long from, ReplicaChoice answers) {
                    Futures.whenDone(lookedUp(), loop, (fresh, failure) -> {
                        Fragment now = metadata().fragmentOf(from);
                        if (failure != null && !shut && answers.certain()) {
                            receiver.onClosed(unsure(from, failure)); // the record may be an old one
                        } else if (now.equals(fragment) || shut) {
                            receiver.onMissing(from, answers);
                        } else {
                            scheduler.fetch(now, from, stride, Math.min(last, fragmentEnd(from)), bytesMax, receiver);
                        }
                    });
                }

                @Override
                public void onClosed(LedgerException why) {
                    receiver.onClosed(why);
                }
            });
        }

        private LedgerException unsure(long entry, Throwable failure) {
            return failure instanceof LedgerException.NoSuchLedger gone
                    ? gone
                    : new LedgerException.ReadFailed(
                            "entry %s of ledger %s is on none of the bookies that were known to have it, and where it is now cannot be looked up (%s); try again"
                                    .formatted(entry, ledger, failure.getMessage()),
                            failure);
        }

        @Override
        public int answerBytesMax() {
            return home.config().payloadBytesMax();
        }

        @Override
        public int stride(long entry) {
            return scheduler.stride(metadata().fragmentOf(entry));
        }

        @Override
        public long weight() {
            return entryBytes + RECORD_OVERHEAD;
        }

        @Override
        public long fragmentEnd(long entry) {
            for (Fragment fragment : metadata().fragments()) {
                if (fragment.firstEntry() > entry) {
                    return fragment.firstEntry() - 1;
                }
            }
            return Long.MAX_VALUE;
        }

        @Override
        public void onEntry(LedgerEntry entry) {
            confirmed(entry.lastAddConfirmed());
            entryBytes = (entryBytes * 7 + entry.payload().readableBytes()) / 8;
        }

        @Override
        public LedgerException missing(long entry, ReplicaChoice answers) {
            if (!answers.certain()) {
                return new LedgerException.ReadFailed(
                        "entry %s of ledger %s cannot be read now (bookies: %s); try again"
                                .formatted(entry, ledger, answers),
                        null);
            }
            if (this == unconfirmed && entry > lastAddConfirmed) {
                return new LedgerException.NoSuchEntry(
                        "entry %s of ledger %s is not there, and not confirmed".formatted(entry, ledger));
            }
            LOG.error("ledger={} entry={} is confirmed and lost: {}", ledger, entry, answers);
            home.meters().onLost();
            submit(entry);
            return new LedgerException.DataLost(
                    "entry %s of ledger %s is lost although it was confirmed (bookies: %s); look for its disks, then force a repair"
                            .formatted(entry, ledger, answers));
        }
    }

    /** Has somebody who repairs look for {@code entry}, which none of its bookies has (R62). */
    private void submit(long entry) {
        Fragment fragment = metadata().fragmentOf(entry);
        Replication replication = metadata().replication();
        List<RepairHint> hints = new ArrayList<>();
        for (int i = 0; i < replication.writeQuorum(); i++) {
            int slot = replication.slot(entry, i);
            hints.add(new RepairHint(
                    fragment.firstEntry(), slot, fragment.bookies().get(slot), entry, entry));
        }
        Futures.whenDone(home.metadata().hints().add(ledger, hints, loop), loop, (noted, failure) -> {
            if (failure != null) {
                LOG.warn("ledger={} entry={} its loss was not noted: {}", ledger, entry, failure.getMessage());
            }
        });
    }

    /** Delivers what one answer brought. */
    private final class Batch implements ReadScheduler.Receiver {
        private final Promise<LedgerEntries> result;

        Batch(Promise<LedgerEntries> result) {
            this.result = result;
        }

        @Override
        public void onEntries(long first, List<LedgerEntry> entries) {
            entries.forEach(source::onEntry);
            deliver(result, entries);
        }

        @Override
        public void onMissing(long first, ReplicaChoice answers) {
            result.completeExceptionally(source.missing(first, answers));
        }

        @Override
        public void onClosed(LedgerException why) {
            result.completeExceptionally(why);
        }
    }

    /** What the tail watch sees of this reader. */
    private final class Tail implements TailWatch.Tail {
        @Override
        public long lastAddConfirmed() {
            return lastAddConfirmed;
        }

        @Override
        public boolean closed() {
            return QuorumReader.this.closed();
        }

        @Override
        public Fragment lastFragment() {
            return metadata().lastFragment();
        }

        @Override
        public void confirmed(long entry) {
            QuorumReader.this.confirmed(entry);
        }

        @Override
        public @Nullable LedgerEntry verified(long entry, ByteBuf body) {
            try {
                LedgerEntry found = digest.unpack(ledger.value(), entry, body);
                QuorumReader.this.confirmed(found.lastAddConfirmed());
                return found;
            } catch (DigestMismatchException damaged) {
                LOG.warn("ledger={} entry={} {}", ledger, entry, damaged.getMessage());
                home.meters().onDamaged();
                return null;
            }
        }

        @Override
        public void refresh() {
            QuorumReader.this.refresh();
        }
    }
}
