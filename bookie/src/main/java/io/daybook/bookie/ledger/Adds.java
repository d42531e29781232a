package io.daybook.bookie.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Probe;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.EntryStore;
import io.daybook.bookie.ReadOutcome;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of an add through the ledgers of one loop: may it get in (R14), is it well made (R21), is it there already (R18, R19); then
 * into the write cache and the journal, and back when it is durable (R16). Keeps no state of its own but adds that wait for room.
 */
final class Adds {
    private static final Logger LOG = LoggerFactory.getLogger(Adds.class);

    private final Loop loop;
    private final EntryStore store;
    private final DurableLog log;
    private final WriteGate gate;
    private final BookieRules rules;
    private final Probe probe;
    private final LedgerCounters counters;
    private final LacQueue lacQueue;
    private final EntryCheck check = new EntryCheck();
    private final StalledAdds stalled;
    private final GroupAdds groups;

    Adds(Loop loop, LedgerGround ground, LedgerCounters counters, LacQueue lacQueue) {
        this.loop = loop;
        this.store = ground.store();
        this.log = ground.log();
        this.gate = ground.gate();
        this.rules = ground.conduct().rules();
        this.probe = ground.probe();
        this.counters = counters;
        this.lacQueue = lacQueue;
        this.stalled = new StalledAdds(loop, this);
        this.groups = new GroupAdds(this, loop, ground, check, lacQueue);
    }

    void begin(HostedLedger ledger, AddCall call) {
        Status refusal = refusal(ledger, call);
        if (refusal != null) {
            mark(refusal);
            call.refuse(refusal);
        } else if (!ledger.hasKey()) {
            ledger.touches().ask(new Touches.Touch(call.key, true, !call.recovery) {
                @Override
                void go() {
                    begin(ledger, call);
                }

                @Override
                void refuse(Status status) {
                    call.refuse(status);
                }
            });
        } else if (!check.acceptable(call.body(), call.recovery, ledger.digest())) {
            call.refuse(Status.BAD_REQUEST);
        } else if (call.entryId > ledger.lastEntry()) {
            rules.effect(loop, ledger, () -> put(ledger, call));
        } else {
            lookForCopy(ledger, call);
        }
    }

    void mark(Status refusal) {
        switch (refusal) {
            case READ_ONLY -> probe.reached(BookieMark.ADD_READ_ONLY);
            case FENCED -> probe.reached(BookieMark.ADD_FENCED);
            case UNKNOWN_STATE -> probe.reached(BookieMark.ADD_IN_LIMBO);
            default -> {} // a stranger's, or malformed: no schedule sends such
        }
    }

    /** The way of adds that came together. */
    GroupAdds groups() {
        return groups;
    }

    private @Nullable Status refusal(HostedLedger ledger, AddCall call) {
        Status refusal = refusal(ledger, call.key, call.recovery, call.highPriority);
        return refusal == null && call.size() < EntryCheck.IDS_SIZE ? Status.BAD_REQUEST : refusal;
    }

    /** Why an add with {@code key} must not get in at this moment, whatever its entry is; null if it may (R14). */
    @Nullable
    Status refusal(HostedLedger ledger, byte[] key, boolean recovery, boolean highPriority) {
        if (gate.refuses(recovery, highPriority)) {
            return Status.READ_ONLY;
        }
        if (ledger.deleted()) {
            return Status.FENCED; // recovery adds, too (R65)
        }
        if (ledger.hasKey() && !ledger.opens(key)) {
            return Status.UNAUTHORIZED;
        }
        if (recovery) {
            return null;
        }
        return ledger.fenced() ? Status.FENCED : ledger.limbo() ? Status.UNKNOWN_STATE : null;
    }

    /** Lets an acceptable add take effect, as soon as there is room. */
    void put(HostedLedger ledger, AddCall call) {
        if (!tryPut(ledger, call)) {
            counters.stalledAdds++;
            ledger.began();
            stalled.add(call);
        }
    }

    /** Makes the entry visible and sends it to the journal; false, with nothing done, if the store has no room. */
    private boolean tryPut(HostedLedger ledger, AddCall call) {
        if (!store.put(ledger.id(), call.entryId, call.body(), loop)) {
            return false;
        }
        long lac = EntryCheck.lac(call.body());
        ledger.stored(call.entryId);
        journal(ledger, call);
        ledger.raise(lac);
        return true;
    }

    /** Tries again to put an add that found no room; false if it has to wait on. */
    boolean retry(AddCall call, boolean lastTry) {
        HostedLedger ledger = call.ledger();
        Status refusal = refusal(ledger, call); // a fence may have come meanwhile (R15)
        if (refusal != null) {
            call.refuse(refusal);
        } else if (call.entryId <= ledger.lastEntry()) {
            lookForCopy(ledger, call); // and so may another copy
        } else if (!tryPut(ledger, call)) {
            if (!lastTry) {
                return false;
            }
            call.refuse(Status.BUSY);
        }
        ledger.ended();
        return true;
    }

    private void journal(HostedLedger ledger, AddCall call) {
        ledger.logKey();
        ledger.began();
        log.append(DurableLog.Kind.ENTRY, ledger.id(), call.entryId, call.takeBody(), loop, call);
        lacQueue.ride();
        if (!rules.addWaitsForSync(call.deferred())) {
            call.answered(Status.OK);
        }
    }

    /** The journal is done with an add. */
    static void journalled(HostedLedger ledger, AddCall call, @Nullable BookieException failure) {
        if (ledger.rules().addWaitsForSync(call.deferred())) {
            call.answered(ledger.durably(failure));
        }
        ledger.ended();
    }

    private void lookForCopy(HostedLedger ledger, AddCall call) {
        ByteBuf copy = store.cached(ledger.id(), call.entryId, loop);
        if (copy != null) {
            duplicate(ledger, call, copy);
            return;
        }
        ledger.began();
        Futures.whenDone(store.read(ledger.id(), call.entryId, loop), loop, (outcome, failure) -> {
            copyLookedFor(ledger, call, outcome, failure);
            ledger.ended();
        });
    }

    private void copyLookedFor(
            HostedLedger ledger, AddCall call, @Nullable ReadOutcome outcome, @Nullable Throwable failure) {
        ByteBuf copy = outcome instanceof ReadOutcome.Found found ? found.body() : null;
        Status refusal =
                failure != null ? Failures.status(failure) : refusal(ledger, call); // the fence may have come (R15)
        if (refusal != null) {
            probe.reached(BookieMark.ADD_REFUSED_LATER);
            release(copy);
            call.refuse(refusal);
            return;
        }
        ByteBuf newer = store.cached(ledger.id(), call.entryId, loop);
        if (newer != null) {
            release(copy);
            duplicate(ledger, call, newer);
        } else if (copy != null) {
            duplicate(ledger, call, copy);
        } else {
            if (outcome instanceof ReadOutcome.Damaged) {
                probe.reached(BookieMark.COPY_REPLACED);
            }
            put(ledger, call); // there is nothing, or nothing readable: then this copy replaces it (R19)
        }
    }

    /** Keeps the copy that is here, and answers when that one is durable: being in memory is not (R18, R19). */
    private void duplicate(HostedLedger ledger, AddCall call, ByteBuf copy) {
        DigestType digest = ledger.digest();
        if (digest != null && !check.digestHolds(copy, digest)) {
            copy.release();
            put(ledger, call);
        } else if (digest != null && !EntryCheck.sameContent(copy, call.body(), digest)) {
            copy.release();
            counters.conflictingCopies++;
            LOG.warn(
                    "refused an add: another payload is stored under its id ledger={} entry={}",
                    ledger.id(),
                    call.entryId);
            call.refuse(Status.BAD_REQUEST);
        } else if (rules.duplicateWaitsForSync()) {
            probe.reached(digest == null ? BookieMark.DUPLICATE_NOT_COMPARED : BookieMark.DUPLICATE_KEPT);
            call.replaceBody(copy);
            journal(ledger, call);
        } else {
            copy.release();
            call.refuse(Status.OK);
        }
    }

    /** Ends the adds that wait for room. */
    void stop() {
        stalled.refuseAll();
    }

    private static void release(@Nullable ByteBuf buffer) {
        if (buffer != null) {
            buffer.release();
        }
    }
}
