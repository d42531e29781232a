package io.daybook.ledger.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.metadata.Versioned;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a reader knows of its ledger: the newest record, and up to which entry it is confirmed. Follows the record by a watch until the ledger is
 * closed, looks it up when asked to, and tells the {@link TailWatch} what moved.
 *
 * <p><b>Threads.</b> Belongs to the reader's loop; {@link #metadata}, {@link #closed} and {@link #lastAddConfirmed} answer anywhere.
 */
final class FollowedLedger {
    private static final Logger LOG = LoggerFactory.getLogger(FollowedLedger.class);

    private final LedgerId ledger;
    private final TailWatch tail;
    private final ClientLoop home;
    private final Loop loop;
    private MetaStore.@Nullable Watch watch;
    private boolean refreshing;
    private boolean refreshAgain;
    private boolean stopped;

    private volatile Versioned<LedgerMetadata> record; // written on the loop
    private volatile long lastAddConfirmed; // written on the loop

    /** The ledger whose record was read as {@code record}. */
    FollowedLedger(LedgerId ledger, Versioned<LedgerMetadata> record, TailWatch tail, ClientLoop home) {
        LedgerMetadata metadata = record.value();
        this.ledger = ledger;
        this.tail = tail;
        this.home = home;
        this.loop = home.loop();
        this.record = record;
        this.lastAddConfirmed = metadata.closed() ? metadata.lastEntry() : -1;
    }

    /** The newest record known. */
    LedgerMetadata metadata() {
        return record.value();
    }

    /** Whether the end is final. */
    boolean closed() {
        return metadata().closed();
    }

    /** Highest id known to be confirmed; the last entry once closed; −1 if none. */
    long lastAddConfirmed() {
        return lastAddConfirmed;
    }

    /** {@code entry} was confirmed, says somebody who must know. */
    void confirmed(long entry) {
        if (!closed() && entry > lastAddConfirmed) {
            lastAddConfirmed = entry;
        }
    }

    /** Follows from now on, unless the end is final already. */
    void follow() {
        if (!closed() && !stopped) {
            watch = home.metadata().watch(ledger, this::refresh, loop);
            refresh(); // what changed between the read and the watch
        }
    }

    /** Learns nothing more. */
    void stop() {
        stopped = true;
        unwatch();
    }

    boolean stopped() {
        return stopped;
    }

    /** Reads the record again soon; calls in between share one read. */
    void refresh() {
        if (stopped || closed()) {
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

    /** Completes once the end that the record tells is as new as this call; fails as the metadata store says. */
    Promise<Void> refreshed() {
        if (!closed()) {
            return lookedUp();
        }
        Promise<Void> done = loop.promise();
        done.complete(null);
        return done;
    }

    /** Completes once the record is as new as this call; repair changes fragments of a closed one, too. */
    Promise<Void> lookedUp() {
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
        if (stopped) {
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

    private LedgerException gone() {
        return new LedgerException.NoSuchLedger("ledger %s was deleted".formatted(ledger));
    }
}
