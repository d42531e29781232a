package io.daybook.ledger.client;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.Password;
import io.daybook.ledger.digest.DigestMismatchException;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.metadata.Versioned;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reader that applications hold: knows how far the ledger may be read by a {@link FollowedLedger}, fetches from an {@link EntrySource} through a
 * {@link ReadScheduler}, and waits through a {@link TailWatch}.
 *
 * <p><b>Threads.</b> All state belongs to {@link #loop()}; calls from elsewhere are handed over. Promises complete on the loop.
 */
final class QuorumReader implements LedgerReader, ClientLoop.Handle {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumReader.class);

    private final LedgerId ledger;
    private final String decisions;
    private final ClientLoop home;
    private final Loop loop;
    private final EntryDigest digest;
    private final TailWatch tail;
    private final FollowedLedger known;
    private final ReadScheduler scheduler;
    private final EntrySource source;

    private QuorumReader(
            LedgerId ledger, Versioned<LedgerMetadata> record, Password password, String decisions, ClientLoop home) {
        LedgerMetadata metadata = record.value();
        this.ledger = ledger;
        this.decisions = decisions;
        this.home = home;
        this.loop = home.loop();
        this.digest = EntryDigest.of(metadata.digestType(), password);
        this.tail = new TailWatch(ledger.value(), metadata.replication(), home, new Tail());
        this.known = new FollowedLedger(ledger, record, tail, home);
        this.scheduler = new ReadScheduler(ledger, metadata.replication(), digest, home);
        this.source = new EntrySource(ledger, known, scheduler, home);
    }

    /** A reader of the ledger whose record was read as {@code record}. On the home loop. */
    static QuorumReader open(
            LedgerId ledger, Versioned<LedgerMetadata> record, Password password, String decisions, ClientLoop home) {
        QuorumReader reader = new QuorumReader(ledger, record, password, decisions, home);
        home.opened(reader);
        reader.known.follow();
        return reader;
    }

    @Override
    public LedgerId ledger() {
        return ledger;
    }

    @Override
    public LedgerMetadata metadata() {
        return known.metadata();
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public long lastAddConfirmed() {
        return known.lastAddConfirmed();
    }

    @Override
    public boolean closed() {
        return known.closed();
    }

    @Override
    public CompletableFuture<Long> readLastAddConfirmed() {
        return onLoop(result -> Futures.whenDone(known.refreshed(), loop, (fresh, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            } else if (closed()) {
                result.complete(lastAddConfirmed());
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
                result.complete(lastAddConfirmed());
                return;
            }
            var asked = LacQuery.above(
                    lastAddConfirmed(),
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
        known.confirmed(found);
        tail.onProgress(false);
        result.complete(lastAddConfirmed());
    }

    @Override
    public CompletableFuture<LedgerEntries> read(long first, long last) {
        checkRange(first, last);
        return onLoop(result -> {
            if (last > lastAddConfirmed()) {
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
            if (first > lastAddConfirmed()) {
                result.completeExceptionally(beyond(first));
                return;
            }
            long last = Math.min(lastAddConfirmed(), first + countMax - 1);
            new BatchRead(source, first, last, bytesMax, result)
                    .start(home.config().readAhead().bytes(), loop);
        });
    }

    @Override
    public CompletableFuture<LedgerEntries> readUnconfirmed(long first, long last) {
        checkRange(first, last);
        return onLoop(result -> {
            if (closed() && first > lastAddConfirmed()) {
                result.completeExceptionally(beyond(first));
                return;
            }
            long end = closed() ? Math.min(last, lastAddConfirmed()) : last;
            new RangeRead(source, first, end, home.config().readAhead().bytes(), true, result).start();
        });
    }

    @Override
    public CompletableFuture<Poll> poll(long entry, Duration timeout) {
        return onLoop(result -> {
            if (entry <= lastAddConfirmed() || closed()) {
                result.complete(new Poll(lastAddConfirmed(), closed(), null));
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
        if (known.stopped()) {
            return;
        }
        home.left(this);
        known.stop();
        LedgerException failure = new LedgerException.HandleClosed(Outcome.NOT_APPLIED, why);
        tail.close(failure);
        scheduler.close(failure);
    }

    private <T> CompletableFuture<T> onLoop(Consumer<Promise<T>> call) {
        Promise<T> result = loop.promise();
        try {
            loop.run(() -> {
                if (known.stopped()) {
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
                        ? "ledger %s ends at entry %s, there is no entry %s"
                                .formatted(ledger, lastAddConfirmed(), entry)
                        : "entry %s of ledger %s is not confirmed yet, the last one known is %s; poll for it"
                                .formatted(entry, ledger, lastAddConfirmed()));
    }

    /** What the tail watch sees of this reader. */
    private final class Tail implements TailWatch.Tail {
        @Override
        public long lastAddConfirmed() {
            return known.lastAddConfirmed();
        }

        @Override
        public boolean closed() {
            return known.closed();
        }

        @Override
        public Fragment lastFragment() {
            return known.metadata().lastFragment();
        }

        @Override
        public void confirmed(long entry) {
            known.confirmed(entry);
        }

        @Override
        public @Nullable LedgerEntry verified(long entry, ByteBuf body) {
            try {
                LedgerEntry found = digest.unpack(ledger.value(), entry, body);
                known.confirmed(found.lastAddConfirmed());
                return found;
            } catch (DigestMismatchException damaged) {
                LOG.warn("ledger={} entry={} {}", ledger, entry, damaged.getMessage());
                home.meters().onDamaged();
                return null;
            }
        }

        @Override
        public void refresh() {
            known.refresh();
        }
    }
}
