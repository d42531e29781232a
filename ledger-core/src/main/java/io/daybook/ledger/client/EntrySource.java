package io.daybook.ledger.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.RepairHint;
import io.daybook.ledger.Replication;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a reader's entries come from: the bookies of the newest fragments known, looked up once more when nobody has an entry; says what it means if
 * it is nowhere then (R62). Belongs to the reader's loop.
 */
final class EntrySource implements RangeRead.Source {
    private static final Logger LOG = LoggerFactory.getLogger(EntrySource.class);

    private final LedgerId ledger;
    private final FollowedLedger known;
    private final ReadScheduler scheduler;
    private final ClientLoop home;
    private final Loop loop;
    private long entryBytes = 1024; // what entries weigh lately

    EntrySource(LedgerId ledger, FollowedLedger known, ReadScheduler scheduler, ClientLoop home) {
        this.ledger = ledger;
        this.known = known;
        this.scheduler = scheduler;
        this.home = home;
        this.loop = home.loop();
    }

    @Override
    public void fetch(long first, int stride, long last, long bytesMax, ReadScheduler.Receiver receiver) {
        Fragment fragment = known.metadata().fragmentOf(first);
        scheduler.fetch(fragment, first, stride, last, bytesMax, new ReadScheduler.Receiver() {
            @Override
            public void onEntries(long from, List<LedgerEntry> entries) {
                receiver.onEntries(from, entries);
            }

            @Override
            public void onMissing(long from, ReplicaChoice answers) {
                Futures.whenDone(known.lookedUp(), loop, (fresh, failure) -> {
                    Fragment now = known.metadata().fragmentOf(from);
                    if (failure != null && !known.stopped() && answers.certain()) {
                        receiver.onClosed(unsure(from, failure)); // the record may be an old one
                    } else if (now.equals(fragment) || known.stopped()) {
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
        return scheduler.stride(known.metadata().fragmentOf(entry));
    }

    /** Bytes of payload that an entry has had lately. */
    long entryBytes() {
        return entryBytes;
    }

    @Override
    public long weight() {
        return entryBytes + RangeRead.RECORD_OVERHEAD;
    }

    @Override
    public long fragmentEnd(long entry) {
        for (Fragment fragment : known.metadata().fragments()) {
            if (fragment.firstEntry() > entry) {
                return fragment.firstEntry() - 1;
            }
        }
        return Long.MAX_VALUE;
    }

    @Override
    public void onEntry(LedgerEntry entry) {
        known.confirmed(entry.lastAddConfirmed());
        entryBytes = (entryBytes * 7 + entry.payload().readableBytes()) / 8;
    }

    @Override
    public LedgerException missing(long entry, boolean mayBeUnconfirmed, ReplicaChoice answers) {
        if (!answers.certain()) {
            return new LedgerException.ReadFailed(
                    "entry %s of ledger %s cannot be read now (bookies: %s); try again"
                            .formatted(entry, ledger, answers),
                    null);
        }
        if (mayBeUnconfirmed && entry > known.lastAddConfirmed()) {
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

    /** Has somebody who repairs look for {@code entry}, which none of its bookies has (R62). */
    private void submit(long entry) {
        Fragment fragment = known.metadata().fragmentOf(entry);
        Replication replication = known.metadata().replication();
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
}
