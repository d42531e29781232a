package io.daybook.bookie.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Probe;
import io.daybook.bookie.EntryStore;
import io.daybook.bookie.ReadOutcome;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks into the ledgers of one loop. Says that something is absent only where that is certain (R27): not in limbo (R81), not after a
 * failure, not when bytes that should be here cannot be read (R29).
 */
final class Reads {
    private static final Logger LOG = LoggerFactory.getLogger(Reads.class);

    private final Loop loop;
    private final EntryStore store;
    private final BookieRules rules;
    private final Probe probe;
    private final LedgerCounters counters;

    Reads(Loop loop, LedgerGround ground, LedgerCounters counters) {
        this.loop = loop;
        this.store = ground.store();
        this.rules = ground.conduct().rules();
        this.probe = ground.probe();
        this.counters = counters;
    }

    void entry(HostedLedger ledger, long entryId, boolean fencing, EntryAnswer answer) {
        if (ledger.absent()) {
            probe.reached(BookieMark.READ_NO_LEDGER);
            answer.failed(ledger, Status.NO_SUCH_LEDGER);
            return;
        }
        boolean last = entryId == -1;
        long wanted = last ? ledger.lastEntry() : entryId;
        if (wanted < 0 || wanted > ledger.lastEntry()) {
            answer.failed(ledger, last && fencing ? Status.NO_SUCH_ENTRY : absent(ledger));
            return;
        }
        ByteBuf cached = store.cached(ledger.id(), wanted, loop);
        if (cached != null) {
            answer.found(ledger, cached);
            return;
        }
        ledger.began();
        Futures.whenDone(store.read(ledger.id(), wanted, loop), loop, (outcome, failure) -> {
            if (outcome instanceof ReadOutcome.Found found) {
                answer.found(ledger, found.body());
            } else if (outcome instanceof ReadOutcome.Missing && !last) {
                answer.failed(ledger, absent(ledger));
            } else {
                counters.damagedReads++;
                LOG.warn(
                        "a stored entry cannot be read ({}) ledger={} entry={}",
                        reason(outcome, failure),
                        ledger.id(),
                        wanted);
                answer.failed(ledger, unreadable(failure));
            }
            ledger.ended();
        });
    }

    private static String reason(@Nullable ReadOutcome outcome, @Nullable Throwable failure) {
        if (outcome instanceof ReadOutcome.Damaged damaged) {
            return damaged.reason();
        }
        return failure == null ? "the index lost the last entry" : String.valueOf(failure.getMessage());
    }

    void batch(HostedLedger ledger, long first, int countMax, long bytesMax, BatchAnswer answer) {
        if (ledger.absent()) {
            answer.failed(Status.NO_SUCH_LEDGER);
            return;
        }
        if (first > ledger.lastEntry()) {
            answer.failed(absent(ledger));
            return;
        }
        ledger.began();
        Futures.whenDone(store.readBatch(ledger.id(), first, countMax, bytesMax, loop), loop, (entries, failure) -> {
            if (entries == null) {
                counters.damagedReads++;
                answer.failed(unreadable(failure));
            } else if (entries.isEmpty()) {
                answer.failed(absent(ledger));
            } else {
                answer.found(entries);
            }
            ledger.ended();
        });
    }

    void records(HostedLedger ledger, long first, int stride, int countMax, long bytesMax, RecordsAnswer answer) {
        if (ledger.absent()) {
            probe.reached(BookieMark.READ_NO_LEDGER);
            answer.failed(Status.NO_SUCH_LEDGER);
            return;
        }
        if (first > ledger.lastEntry()) {
            answer.failed(absent(ledger));
            return;
        }
        ledger.began();
        var reading = store.readRecords(ledger.id(), first, stride, countMax, bytesMax, loop);
        Futures.whenDone(reading, loop, (records, failure) -> {
            if (records == null) {
                counters.damagedReads++;
                answer.failed(unreadable(failure));
            } else if (records.count() == 0) {
                records.release();
                answer.failed(absent(ledger));
            } else {
                answer.found(records);
            }
            ledger.ended();
        });
    }

    void ids(HostedLedger ledger, HostedLedger.ListAnswer answer) {
        if (ledger.absent()) {
            answer.done(Status.NO_SUCH_LEDGER, null);
            return;
        }
        if (ledger.limbo()) {
            answer.done(Status.UNKNOWN_STATE, null); // a list also says what is absent (R81)
            return;
        }
        ledger.began();
        Futures.whenDone(store.entries(ledger.id(), loop), loop, (ids, failure) -> {
            if (failure != null) {
                answer.done(Failures.status(failure), null);
            } else {
                answer.done(Status.OK, ids == null ? new long[0] : ids);
            }
            ledger.ended();
        });
    }

    private Status absent(HostedLedger ledger) {
        probe.reached(ledger.limbo() ? BookieMark.READ_IN_LIMBO : BookieMark.READ_ABSENT);
        return ledger.limbo() ? rules.absentInLimbo() : Status.NO_SUCH_ENTRY;
    }

    /** A store that is too busy says nothing; bytes that cannot be read are damage. */
    private Status unreadable(@Nullable Throwable failure) {
        probe.reached(BookieMark.READ_DAMAGED);
        Status status = failure == null ? Status.IO_ERROR : Failures.status(failure);
        return status == Status.IO_ERROR ? rules.unreadable() : status;
    }
}
