package io.daybook.ledger.client;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.base.error.Check;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.CloseReason;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Replication;
import io.daybook.ledger.protocol.Status;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a recovery, from the fences to an end that can be sealed: steps 2 to 8 (R48). Puts its parts to work one after the other,
 * and is all that is forgotten when the recovery starts over.
 */
final class RecoveryAttempt {
    private final int number;
    private final LedgerId ledger;
    private final LedgerMetadata claimed;
    private final Replication replication;
    private final Fragment snapshot; // reads use this one throughout (R48 step 2)
    private final Ensemble ensemble; // write-backs go here
    private final Fencing fencing;
    private final RecovererRules rules;
    private final RecoveryEffects effects;
    private final DecisionTrace trace;
    private final Owner owner;

    private @Nullable RecoveryReads reads; // both once the fences stand
    private @Nullable WriteBacks writeBacks;
    private long start; // the last entry that need not be written back
    private @Nullable RecoveredEnd end; // once the reads have found it

    /** Of the ledger whose record, in recovery, is {@code claimed}. */
    RecoveryAttempt(
            int number,
            LedgerId ledger,
            LedgerMetadata claimed,
            RecovererRules rules,
            RecoveryEffects effects,
            DecisionTrace trace,
            Owner owner) {
        this.number = number;
        this.ledger = ledger;
        this.claimed = claimed;
        this.replication = claimed.replication();
        this.snapshot = claimed.lastFragment();
        this.ensemble = new Ensemble(replication, snapshot.bookies());
        this.fencing = new Fencing(number, snapshot, new FenceQuorum(replication, rules), effects);
        this.rules = rules;
        this.effects = effects;
        this.trace = trace;
        this.owner = owner;
    }

    LedgerId ledger() {
        return ledger;
    }

    /** The fragment that this attempt reads from. */
    Fragment snapshot() {
        return snapshot;
    }

    // ---- in turn

    /** Fences. */
    void begin() {
        trace.note("attempt %s: fencing %s, entries from %s", number, snapshot.bookies(), snapshot.firstEntry());
        fencing.begin();
    }

    Fencing fencing() {
        return fencing;
    }

    /** Reads on, and writes back what it finds, now that the fences stand. */
    void scan() {
        FenceQuorum fences = fencing.fences();
        start = rules.start(fences.best(), snapshot.firstEntry());
        trace.note("slots %s, reading on from entry %s", fences, start + 1);
        writeBacks = new WriteBacks(number, snapshot, ensemble, replication, start + 1, rules, effects, trace, this);
        reads = new RecoveryReads(
                number, snapshot, ensemble, fences, replication, start, rules, effects, trace, writeBacks, this);
        reads.readAhead();
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

    /** The last entry whose write-back is finished, or that needs none; −1 before that is known. */
    long finished() {
        WriteBacks its = writeBacks;
        return its == null ? -1 : its.finished();
    }

    /** Answer to {@link RecoveryEffects#lengthRead}: the cumulative length in a valid copy, or −1. */
    void onLengthReply(long length) {
        RecoveredEnd its = end;
        if (its != null) {
            its.onLengthReply(length);
        }
    }

    /** Whether end and length are known, and all is written back that must be. */
    boolean sealable() {
        RecoveredEnd its = end;
        if (its == null) {
            return false;
        }
        long done = writeBacks().finished();
        Check.state(done <= its.last(), "entries up to %s were written back, but the end is %s", done, its.last());
        return its.length() >= 0 && rules.mayClose(done, its.last());
    }

    /** What {@code base}, a record in recovery, becomes when this attempt, which is {@link #sealable}, seals it. */
    LedgerMetadata sealed(LedgerMetadata base) {
        RecoveredEnd its = there(end);
        return base.withFragments(writeBacks().merged(base.fragments()))
                .withClosed(its.last(), its.length(), CloseReason.RECOVERED);
    }

    /** Releases what is held; nothing is asked for any more. */
    void discard() {
        if (reads != null) {
            reads.discard();
            writeBacks().discard();
        }
    }

    // ---- what its parts tell

    /** {@code last} is the last entry. */
    void onEnd(long last) {
        RecoveredEnd found = new RecoveredEnd(last, number, claimed, effects, this);
        end = found;
        found.findLength(start, writeBacks(), fencing.fences());
        owner.onAdvanced(this);
    }

    /** The length of the ledger was found. */
    void onLength() {
        owner.onAdvanced(this);
    }

    /** More entries may be finished. */
    void onWrittenBack() {
        reads().readAhead();
        owner.onAdvanced(this);
    }

    /** Bookies were replaced as {@code local} says. */
    void onReplaced(Map<Long, List<BookieId>> local) {
        owner.onReplaced(local);
    }

    /** {@code bookie} will not have us. */
    void onRefused(Status status, BookieId bookie) {
        owner.stop(Refusals.ofRecovery(status, ledger, bookie));
    }

    /** It cannot be done now. */
    void stop(LedgerException why) {
        owner.stop(why);
    }

    /** Whose attempt it is. Told inside an event. */
    interface Owner {

        /** {@code attempt} may be {@link #sealable} now. */
        void onAdvanced(RecoveryAttempt attempt);

        /** Bookies were replaced as {@code local} says, first entry to members. */
        void onReplaced(Map<Long, List<BookieId>> local);

        /** The recovery cannot be finished now. */
        void stop(LedgerException why);
    }
}
