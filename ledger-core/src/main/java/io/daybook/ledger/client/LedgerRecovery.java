package io.daybook.ledger.client;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.base.error.Check;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.CloseReason;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Replication;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes a ledger over from its writer and seals it, as a state machine: events in, {@link Effects} out; no I/O, no clock, no threads (R95).
 *
 * <p>Claims the ledger in metadata, fences the bookies of the last fragment, reads on from the highest confirmed entry, writes what it finds
 * back to a whole write set, and seals (R48). Every step may be repeated, by this recoverer or another one; only the last write counts
 * (R54, R55). Replies that belong to an earlier attempt are dropped.
 *
 * <p>What it reads always comes from the fragment it found at the start; bookies it replaces on the way are known to nobody before the
 * ledger is closed (R52).
 */
final class LedgerRecovery {
    /** How long slow bookies may still raise the starting point once enough are fenced. */
    private static final Duration FENCE_GRACE = Duration.ofMillis(200);

    private static final int ATTEMPTS_MAX = 16; // each failure is another recoverer's or repairer's success

    private final LedgerId ledger;
    private final RecovererRules rules;
    private final Effects effects;
    private final DecisionTrace trace;

    private Phase phase = Phase.CLAIMING;
    private int attempt;
    private @Nullable LedgerMetadata record; // as last read or written
    private int version;
    private @Nullable LedgerMetadata proposal; // being committed
    private @Nullable Attempt current;

    LedgerRecovery(LedgerId ledger, RecovererRules rules, Effects effects, DecisionTrace trace) {
        this.ledger = ledger;
        this.rules = rules;
        this.effects = effects;
        this.trace = trace;
    }

    boolean done() {
        return phase == Phase.DONE;
    }

    LedgerId ledger() {
        return ledger;
    }

    /** Whether entries are being read and written back. */
    boolean scanning() {
        return phase == Phase.SCANNING;
    }

    /** The last entry whose write-back is finished, or that needs none; −1 before that is known. */
    long finished() {
        Attempt at = current;
        return at == null || at.writeBacks == null ? -1 : at.writeBacks().finished();
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
        Attempt at = current;
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
        } else if (found.state() == LedgerState.IN_RECOVERY && rules.mayCloseAgain(at.snapshot, found)) {
            record = found;
            version = foundVersion;
            commitClose(at);
        } else if (found.state() == LedgerState.IN_RECOVERY && attempt < ATTEMPTS_MAX) {
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

    /** Answer to {@link Effects#fence}. Takes {@code copy} over: the slot's last entry, present with POSITIVE only. */
    void onFenceReply(int ofAttempt, int slot, Evidence evidence, Status status, @Nullable ByteBuf copy) {
        try {
            Attempt at = attempt(ofAttempt);
            if (at == null || at.fences.answered(slot)) {
                return;
            }
            if (evidence == Evidence.FATAL) {
                fail(Refusals.ofRecovery(status, ledger, at.snapshot.bookies().get(slot)));
                return;
            }
            if (copy != null) {
                effects.reached(RecovererMark.FENCE_SHOWED_ENTRY);
                at.fences.positive(slot, copy);
            } else if (evidence == Evidence.NEGATIVE) {
                effects.reached(RecovererMark.FENCE_EMPTY);
                at.fences.negative(slot);
            } else {
                effects.reached(RecovererMark.FENCE_UNKNOWN);
                at.fences.unknown(slot);
            }
            onFenced(at);
        } finally {
            if (copy != null) {
                copy.release();
            }
        }
    }

    /** A pause asked for by {@link Effects#pause} is over. */
    void onPauseOver(int ofAttempt, Pause pause, long number) {
        Attempt at = attempt(ofAttempt);
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
        attempt++;
        drop(current);
        Attempt at = new Attempt(claimed, rules);
        current = at;
        phase = Phase.FENCING;
        trace.note("attempt %s: fencing %s, entries from %s", attempt, at.snapshot.bookies(), at.snapshot.firstEntry());
        for (int slot = 0; slot < at.replication.ensemble(); slot++) {
            effects.fence(attempt, at.snapshot.bookies().get(slot), slot);
        }
    }

    private void onFenced(Attempt at) {
        if (phase != Phase.FENCING) {
            return; // a late one: the start is fixed
        }
        boolean covers = at.fences.covers();
        if (at.fences.allAnswered()) {
            if (covers) {
                scan(at);
            } else {
                effects.reached(RecovererMark.FENCE_TOO_FEW);
                fail(new LedgerException.RecoveryUndecided(
                        "ledger %s cannot be recovered now: too few of %s could be fenced (slots %s); try again when more are up"
                                .formatted(ledger, at.snapshot.bookies(), at.fences),
                        null));
            }
        } else if (covers && !at.fenceGrace) {
            at.fenceGrace = true;
            effects.reached(RecovererMark.FENCE_WAITS);
            effects.pause(attempt, Pause.FENCE, 0, effects.graceNanos(FENCE_GRACE.toNanos()));
        }
    }

    // ---- reading on, and writing back

    private void scan(Attempt at) {
        long start = rules.start(at.fences.best(), at.snapshot.firstEntry());
        trace.note("slots %s, reading on from entry %s", at.fences, start + 1);
        phase = Phase.SCANNING;
        at.start = start;
        at.writeBacks = new WriteBacks(
                attempt, at.snapshot, at.ensemble, at.replication, start + 1, rules, effects, trace, this);
        at.reads = new RecoveryReads(
                attempt, at.snapshot, at.ensemble, at.fences, at.replication, start, rules, effects, trace, this);
        at.reads().readAhead();
    }

    /** Answer to {@link Effects#fencingRead}. Takes {@code copy} over; present with POSITIVE only. */
    void onReadReply(int ofAttempt, int slot, long entry, Evidence evidence, Status status, @Nullable ByteBuf copy) {
        Attempt at = scanning(ofAttempt);
        if (at != null) {
            at.reads().onReply(slot, entry, evidence, status, copy);
        } else if (copy != null) {
            copy.release();
        }
    }

    /**
     * Answer to {@link Effects#bulkRead}. Takes {@code copies} over: valid ones, of {@code first} and the entries behind it, without a gap.
     */
    void onBulkReply(int ofAttempt, int slot, long first, int count, long tried, Status status, List<ByteBuf> copies) {
        Attempt at = scanning(ofAttempt);
        if (at != null) {
            at.reads().onBulkReply(slot, first, count, tried, status, copies);
        } else {
            copies.forEach(ByteBuf::release);
        }
    }

    /** Answer to {@link Effects#writeBack}; {@code unanswered} tells why there is none. */
    void onWriteBackReply(
            int ofAttempt,
            BookieId bookie,
            int slot,
            int tenure,
            long entry,
            Status status,
            @Nullable String unanswered) {
        Attempt at = scanning(ofAttempt);
        if (at != null) {
            at.writeBacks().onReply(bookie, slot, tenure, entry, status, unanswered);
        }
    }

    /** An entry exists; {@code copy} is handed over. */
    void onPresent(long entry, ByteBuf copy, long foundAt) {
        at().writeBacks().add(entry, copy, foundAt);
    }

    /** {@code last} is the last entry. */
    void onEnd(long last) {
        Attempt at = at();
        at.end = last;
        findLength(at);
        maybeClose(at);
    }

    /** More entries may be finished. */
    void onWrittenBack() {
        Attempt at = at();
        at.reads().readAhead();
        maybeClose(at);
    }

    /** Bookies were replaced as {@code local} says. */
    void onReplaced(Map<Long, List<BookieId>> local) {
        LedgerMetadata early = rules.publishedEarly(record(), local);
        if (early != null && proposal == null) {
            commit(early, version);
        }
    }

    /** What was published early is known, or was refused; the close waits for it. */
    private void onPublished() {
        maybeClose(at());
    }

    /** {@code bookie} will not have us. */
    void onRefused(Status status, BookieId bookie) {
        fail(Refusals.ofRecovery(status, ledger, bookie));
    }

    /** Stops for now. */
    void stop(LedgerException why) {
        fail(why);
    }

    // ---- the length, and the end

    private void findLength(Attempt at) {
        if (at.end < 0) {
            at.length = 0;
            effects.reached(RecovererMark.LENGTH_OF_NOTHING);
        } else if (at.end > at.start) {
            at.length = at.writeBacks().length(at.end);
            effects.reached(RecovererMark.LENGTH_WRITTEN_BACK);
        } else {
            at.length = at.fences.lengthOf(at.end);
            effects.reached(at.length < 0 ? RecovererMark.LENGTH_READ : RecovererMark.LENGTH_FENCED);
        }
        if (at.length < 0) {
            Fragment fragment = at.claimed.fragmentOf(at.end);
            at.lengthReads = at.replication.writeQuorum();
            for (int i = 0; i < at.replication.writeQuorum(); i++) {
                effects.lengthRead(attempt, fragment.bookies().get(at.replication.slot(at.end, i)), at.end);
            }
        }
    }

    /** Answer to {@link Effects#lengthRead}: the cumulative length in a valid copy, or −1. */
    void onLengthReply(int ofAttempt, long length) {
        Attempt at = attempt(ofAttempt);
        if (at == null || at.lengthReads == 0 || at.length >= 0) {
            return;
        }
        at.lengthReads--;
        if (length >= 0) {
            at.length = length;
            maybeClose(at);
        } else if (at.lengthReads == 0) {
            effects.reached(RecovererMark.LENGTH_UNKNOWN);
            fail(new LedgerException.RecoveryUndecided(
                    "ledger %s cannot be recovered now: no bookie delivered its last entry, %s; try again when more are up"
                            .formatted(ledger, at.end),
                    null));
        }
    }

    private void maybeClose(Attempt at) {
        if (phase != Phase.SCANNING || !at.reads().ended() || proposal != null) {
            return;
        }
        long done = at.writeBacks().finished();
        Check.state(done <= at.end, "entries up to %s were written back, but the end is %s", done, at.end);
        if (at.length >= 0 && rules.mayClose(done, at.end)) {
            phase = Phase.CLOSING;
            commitClose(at);
        }
    }

    private void commitClose(Attempt at) {
        LedgerMetadata base = record();
        List<Fragment> fragments = at.writeBacks().merged(base.fragments());
        commit(base.withFragments(fragments).withClosed(at.end, at.length, CloseReason.RECOVERED), version);
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

    private @Nullable Attempt attempt(int number) {
        return phase == Phase.DONE || number != attempt ? null : current;
    }

    private @Nullable Attempt scanning(int number) {
        return phase == Phase.SCANNING ? attempt(number) : null;
    }

    private Attempt at() {
        Attempt at = current;
        if (at == null) {
            throw new BrokenInvariantException("ledger %s is not being recovered".formatted(ledger));
        }
        return at;
    }

    private static void drop(@Nullable Attempt at) {
        if (at != null && at.reads != null) {
            at.reads().discard();
            at.writeBacks().discard();
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

    /** What is waited for. */
    enum Pause {
        FENCE,
        ABSENCE,
        BUSY
    }

    /** All that is forgotten when the recovery starts over. */
    private static final class Attempt {
        final LedgerMetadata claimed;
        final Replication replication;
        final Fragment snapshot; // reads use this one throughout (R48 step 2)
        final Ensemble ensemble; // write-backs go here
        final FenceQuorum fences;
        boolean fenceGrace;

        @Nullable
        RecoveryReads reads; // both once the fences stand

        @Nullable
        WriteBacks writeBacks;

        long start;
        long end; // once the reads have ended
        long length = -1; // −1: not known yet
        int lengthReads;

        Attempt(LedgerMetadata claimed, RecovererRules rules) {
            this.claimed = claimed;
            this.replication = claimed.replication();
            this.snapshot = claimed.lastFragment();
            this.ensemble = new Ensemble(replication, snapshot.bookies());
            this.fences = new FenceQuorum(replication, rules);
        }

        RecoveryReads reads() {
            return there(reads);
        }

        WriteBacks writeBacks() {
            return there(writeBacks);
        }

        private static <T> T there(@Nullable T part) {
            if (part == null) {
                throw new BrokenInvariantException("entries are read before the fences stand");
            }
            return part;
        }
    }

    /** What the recoverer wants done. None of these answers inside the call, but {@link #pick}. */
    interface Effects {

        /** Write {@code next} if the record is at {@code version}. */
        void compareAndSet(LedgerMetadata next, int version);

        /** Fence, and read the bookie's last entry. */
        void fence(int attempt, BookieId bookie, int slot);

        /** Fence, and read {@code entry}. */
        void fencingRead(int attempt, BookieId bookie, int slot, long entry);

        /**
         * Read up to {@code count} entries from {@code first} on, in one answer of about {@code bytesMax}; fencing where the bookie knows
         * how.
         *
         * @param tried to be given back with the answer
         * @return false, with nothing done, if that is not possible
         */
        default boolean bulkRead(
                int attempt, BookieId bookie, int slot, long first, int count, int bytesMax, long tried) {
            return false;
        }

        /** How many entries to read ahead and write back at most, where {@code usual} is as many as there is room for. */
        default int windowEntries(int usual) {
            return usual;
        }

        /** How long to wait for slow bookies, where {@code usual} is long enough for most; no safety hangs on it (R4). */
        default long graceNanos(long usual) {
            return usual;
        }

        /** A branch was taken. */
        default void reached(RecovererMark mark) {}

        /** Read {@code entry} for its length. */
        void lengthRead(int attempt, BookieId bookie, long entry);

        /** Send a recovery add; {@code body} is borrowed. */
        void writeBack(int attempt, BookieId bookie, int slot, int tenure, long entry, ByteBuf body);

        /** Name replacements for {@code slots} of {@code members}, in that order. */
        Choice pick(Replication replication, List<BookieId> members, List<Integer> slots);

        /** {@code bookie} failed: others may want to avoid it. */
        void suspected(BookieId bookie, String why);

        /** Call {@link #onPauseOver} after a pause. */
        void pause(int attempt, Pause pause, long number, long nanos);

        /** The ledger is closed as {@code record} says; the last effect. */
        void recovered(LedgerMetadata record, int version);

        /** It is not, or not known to be; the last effect. */
        void failed(LedgerException why);
    }
}
