package io.daybook.ledger.client;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes a ledger over from its writer and seals it, as a state machine: events in, {@link RecoveryEffects} out; no I/O, no clock, no threads (R95).
 *
 * <p>Claims the ledger in metadata, fences the bookies of the last fragment, reads on from the highest confirmed entry, writes what it finds
 * back to a whole write set, and seals (R48). Every step may be repeated, by this recoverer or another one; only the last write counts
 * (R54, R55). Replies that belong to an earlier attempt are dropped.
 *
 * <p>What it reads always comes from the fragment it found at the start; bookies it replaces on the way are known to nobody before the
 * ledger is closed (R52).
 */
final class LedgerRecovery implements RecoveryAttempt.Owner {
    private static final int ATTEMPTS_MAX = 16; // each failure is another recoverer's or repairer's success

    private final LedgerId ledger;
    private final RecovererRules rules;
    private final RecoveryEffects effects;
    private final DecisionTrace trace;

    private Phase phase = Phase.CLAIMING;
    private int attempts;
    private @Nullable LedgerMetadata record; // as last read or written
    private int version;
    private @Nullable LedgerMetadata proposal; // being committed
    private @Nullable RecoveryAttempt current;

    LedgerRecovery(LedgerId ledger, RecovererRules rules, RecoveryEffects effects, DecisionTrace trace) {
        this.ledger = ledger;
        this.rules = rules;
        this.effects = effects;
        this.trace = trace;
    }

    boolean done() {
        return phase == Phase.DONE;
    }

    /** The last entry whose write-back is finished, or that needs none; −1 before that is known. */
    long finished() {
        RecoveryAttempt at = current;
        return at == null ? -1 : at.finished();
    }

    // ---- metadata events

    /** Begins, or begins again, from the ledger's record. */
    void onRecord(LedgerMetadata found, int foundVersion) {
        if (phase == Phase.DONE) {
            return;
        }
        record = found;
        version = foundVersion;
        switch (found.state()) {
            case CLOSED -> {
                effects.reached(phase == Phase.CLOSING ? RecovererMark.ADOPTED : RecovererMark.FOUND_CLOSED);
                finish(found, foundVersion);
            }
            case IN_RECOVERY -> {
                effects.reached(RecovererMark.JOINED);
                fence(found);
            }
            case OPEN -> {
                phase = Phase.CLAIMING;
                trace.note(
                        "claiming version %s, last fragment from entry %s on %s",
                        foundVersion,
                        found.lastFragment().firstEntry(),
                        found.lastFragment().bookies());
                commit(found.withState(LedgerState.IN_RECOVERY), foundVersion);
            }
        }
    }

    /** The conditional write happened. */
    void onCommitted(int newVersion) {
        LedgerMetadata committed = proposal;
        if (phase == Phase.DONE || committed == null) {
            return;
        }
        proposal = null;
        record = committed;
        version = newVersion;
        if (phase == Phase.SCANNING) {
            onPublished();
        } else if (phase == Phase.CLAIMING) {
            effects.reached(RecovererMark.CLAIMED);
            fence(committed); // what this write produced, not what was read before it
        } else {
            effects.reached(RecovererMark.CLOSED);
            trace.note("closed at entry %s, %s bytes", committed.lastEntry(), committed.length());
            finish(committed, newVersion);
        }
    }

    /** The conditional write did not happen: the record is {@code found}. */
    void onConflict(LedgerMetadata found, int foundVersion) {
        if (phase == Phase.DONE || proposal == null) {
            return;
        }
        LedgerMetadata lost = proposal;
        proposal = null;
        RecoveryAttempt at = current;
        if (phase == Phase.SCANNING && !found.closed()) {
            record = found;
            version = foundVersion;
            onPublished();
        } else if (phase == Phase.CLOSING && rules.sealsBlindly(found)) {
            commit(lost, foundVersion);
        } else if (phase == Phase.CLAIMING || found.closed() || at == null) {
            if (phase == Phase.CLAIMING) {
                effects.reached(RecovererMark.CLAIM_LOST);
            }
            onRecord(found, foundVersion); // CLOSED: somebody else's end is the end (R55)
        } else if (found.state() == LedgerState.IN_RECOVERY && rules.mayCloseAgain(at.snapshot(), found)) {
            record = found;
            version = foundVersion;
            commitClose(at);
        } else if (found.state() == LedgerState.IN_RECOVERY && attempts < ATTEMPTS_MAX) {
            trace.note("the last fragment became %s: starting over", found.lastFragment());
            onRecord(found, foundVersion);
        } else {
            fail(new LedgerException.RecoveryUndecided(
                    "recovery of ledger %s stopped: its record became %s with last fragment %s; try again"
                            .formatted(ledger, found.state(), found.lastFragment()),
                    null));
        }
    }

    /** The record is gone. */
    void onDeleted() {
        fail(new LedgerException.NoSuchLedger("ledger %s was deleted while it was being recovered".formatted(ledger)));
    }

    /** The metadata store failed. */
    void onMetadataRefused(LedgerException why) {
        fail(why);
    }

    /** Stops; the ledger stays as it is (R54). */
    void abandon(LedgerException why) {
        fail(why);
    }

    // ---- fencing

    /** Answer to {@link RecoveryEffects#fence}. Takes {@code copy} over: the slot's last entry, present with POSITIVE only. */
    void onFenceReply(int ofAttempt, int slot, Evidence evidence, Status status, @Nullable ByteBuf copy) {
        try {
            RecoveryAttempt at = attempt(ofAttempt);
            if (at == null || at.fencing().answered(slot)) {
                return;
            }
            if (evidence == Evidence.FATAL) {
                fail(Refusals.ofRecovery(status, ledger, at.snapshot().bookies().get(slot)));
                return;
            }
            at.fencing().onReply(slot, evidence, copy);
            if (phase == Phase.FENCING) { // else it is a late one: the start is fixed
                onFenced(at);
            }
        } finally {
            if (copy != null) {
                copy.release();
            }
        }
    }

    /** A pause asked for by {@link RecoveryEffects#pause} is over. */
    void onPauseOver(int ofAttempt, RecoveryEffects.Pause pause, long number) {
        RecoveryAttempt at = attempt(ofAttempt);
        if (at == null) {
            return;
        }
        switch (pause) {
            case FENCE -> {
                if (phase == Phase.FENCING) {
                    effects.reached(RecovererMark.FENCE_WAITED);
                    scan(at);
                }
            }
            case ABSENCE -> {
                if (phase == Phase.SCANNING) {
                    at.reads().onGraceOver(number);
                }
            }
            case BUSY -> {
                if (phase == Phase.SCANNING) {
                    at.writeBacks().onBusyPauseOver((int) number);
                }
            }
        }
    }

    private void fence(LedgerMetadata claimed) {
        attempts++;
        drop(current);
        RecoveryAttempt at = new RecoveryAttempt(attempts, ledger, claimed, rules, effects, trace, this);
        current = at;
        phase = Phase.FENCING;
        at.begin();
    }

    private void onFenced(RecoveryAttempt at) {
        switch (at.fencing().judge()) {
            case STANDS -> scan(at);
            case TOO_FEW ->
                fail(new LedgerException.RecoveryUndecided(
                        "ledger %s cannot be recovered now: too few of %s could be fenced (slots %s); try again when more are up"
                                .formatted(
                                        ledger,
                                        at.snapshot().bookies(),
                                        at.fencing().fences()),
                        null));
            case OPEN -> {}
        }
    }

    // ---- reading on, and writing back

    private void scan(RecoveryAttempt at) {
        phase = Phase.SCANNING;
        at.scan();
    }

    /** Answer to {@link RecoveryEffects#fencingRead}. Takes {@code copy} over; present with POSITIVE only. */
    void onReadReply(int ofAttempt, int slot, long entry, Evidence evidence, Status status, @Nullable ByteBuf copy) {
        RecoveryAttempt at = scanning(ofAttempt);
        if (at != null) {
            at.reads().onReply(slot, entry, evidence, status, copy);
        } else if (copy != null) {
            copy.release();
        }
    }

    /**
     * Answer to {@link RecoveryEffects#bulkRead}. Takes {@code copies} over: valid ones, of {@code first} and the entries behind it, without a gap.
     */
    void onBulkReply(int ofAttempt, int slot, long first, int count, long tried, Status status, List<ByteBuf> copies) {
        RecoveryAttempt at = scanning(ofAttempt);
        if (at != null) {
            at.reads().onBulkReply(slot, first, count, tried, status, copies);
        } else {
            copies.forEach(ByteBuf::release);
        }
    }

    /** Answer to {@link RecoveryEffects#writeBack}; {@code unanswered} tells why there is none. */
    void onWriteBackReply(
            int ofAttempt,
            BookieId bookie,
            int slot,
            int tenure,
            long entry,
            Status status,
            @Nullable String unanswered) {
        RecoveryAttempt at = scanning(ofAttempt);
        if (at != null) {
            at.writeBacks().onReply(bookie, slot, tenure, entry, status, unanswered);
        }
    }

    @Override
    public void onAdvanced(RecoveryAttempt at) {
        if (phase == Phase.SCANNING && proposal == null && at.sealable()) {
            phase = Phase.CLOSING;
            commitClose(at);
        }
    }

    @Override
    public void onReplaced(Map<Long, List<BookieId>> local) {
        LedgerMetadata early = rules.publishedEarly(record(), local);
        if (early != null && proposal == null) {
            commit(early, version);
        }
    }

    /** What was published early is known, or was refused; the close waits for it. */
    private void onPublished() {
        onAdvanced(at());
    }

    @Override
    public void stop(LedgerException why) {
        fail(why);
    }

    /** Answer to {@link RecoveryEffects#lengthRead}: the cumulative length in a valid copy, or −1. */
    void onLengthReply(int ofAttempt, long length) {
        RecoveryAttempt at = attempt(ofAttempt);
        if (at != null) {
            at.onLengthReply(length);
        }
    }

    // ---- the end

    private void commitClose(RecoveryAttempt at) {
        commit(at.sealed(record()), version);
    }

    private void commit(LedgerMetadata next, int expectedVersion) {
        proposal = next;
        effects.compareAndSet(next, expectedVersion);
    }

    private LedgerMetadata record() {
        LedgerMetadata known = record;
        if (known == null) {
            throw new BrokenInvariantException("ledger %s has no record".formatted(ledger));
        }
        return known;
    }

    private void finish(LedgerMetadata sealed, int sealedVersion) {
        phase = Phase.DONE;
        drop(current);
        current = null;
        effects.recovered(sealed, sealedVersion);
    }

    private void fail(LedgerException why) {
        if (phase == Phase.DONE) {
            return;
        }
        trace.note("stopped: %s", why.getMessage());
        phase = Phase.DONE;
        drop(current);
        current = null;
        effects.failed(why);
    }

    private @Nullable RecoveryAttempt attempt(int number) {
        return phase == Phase.DONE || number != attempts ? null : current;
    }

    private @Nullable RecoveryAttempt scanning(int number) {
        return phase == Phase.SCANNING ? attempt(number) : null;
    }

    private RecoveryAttempt at() {
        RecoveryAttempt at = current;
        if (at == null) {
            throw new BrokenInvariantException("ledger %s is not being recovered".formatted(ledger));
        }
        return at;
    }

    private static void drop(@Nullable RecoveryAttempt at) {
        if (at != null) {
            at.discard();
        }
    }

    /** Where the recovery is. */
    private enum Phase {
        CLAIMING,
        FENCING,
        /** Reading on and writing back. */
        SCANNING,
        CLOSING,
        DONE
    }
}
