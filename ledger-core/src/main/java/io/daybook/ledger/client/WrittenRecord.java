package io.daybook.ledger.client;

import io.daybook.ledger.CloseReason;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import org.jspecify.annotations.Nullable;

/**
 * A ledger's record as its writer last saw it, and what the writer is about to make of it: at most one conditional write at a time, whose precondition
 * is looked at again at each attempt (R6, R8). Belongs to one state machine.
 */
final class WrittenRecord {
    private final LedgerId ledger;
    private final WriterRules rules;
    private final Writes writes;
    private final DecisionTrace trace;

    private LedgerMetadata committed;
    private long lastFragmentFrom; // of committed
    private int version;
    private @Nullable LedgerMetadata proposal;

    WrittenRecord(
            LedgerId ledger,
            LedgerMetadata created,
            int version,
            WriterRules rules,
            Writes writes,
            DecisionTrace trace) {
        this.ledger = ledger;
        this.committed = created;
        this.lastFragmentFrom = created.lastFragment().firstEntry();
        this.version = version;
        this.rules = rules;
        this.writes = writes;
        this.trace = trace;
    }

    /** As last committed or found. */
    LedgerMetadata committed() {
        return committed;
    }

    /** First entry of the last fragment of {@link #committed}. */
    long lastFragmentFrom() {
        return lastFragmentFrom;
    }

    /** Whether the outcome of a write is awaited. */
    boolean writing() {
        return proposal != null;
    }

    /** Writes {@code next}; returns false, with nothing written, if the state of the record does not permit that (R9). */
    boolean attempt(LedgerMetadata next) {
        if (!permits(committed.state(), next)) {
            return false;
        }
        proposal = next;
        writes.compareAndSet(next, version);
        return true;
    }

    /** What was attempted is written. */
    void applied(int newVersion) {
        LedgerMetadata written = proposal;
        if (written == null) {
            throw new IllegalStateException("nothing of ledger %s was being written".formatted(ledger));
        }
        found(written, newVersion);
    }

    /** The record turned out to be {@code found} and what was attempted not to be written; attempts it again if that is right. */
    Conflict conflict(LedgerMetadata found, int foundVersion) {
        LedgerMetadata wanted = proposal;
        if (wanted == null) {
            throw new IllegalStateException("nothing of ledger %s was being written".formatted(ledger));
        }
        boolean unchanged = found.lastFragment().equals(committed.lastFragment());
        boolean ours = !wanted.closed() && found.lastFragment().equals(wanted.lastFragment());
        if (permits(found.state(), wanted) && unchanged) { // only a sealed fragment was repaired (R10)
            trace.note("the record moved on to version %s with the same last fragment: applied again", foundVersion);
            found(found, foundVersion);
            attempt(
                    wanted.closed()
                            ? found.withClosed(wanted.lastEntry(), wanted.length(), CloseReason.CLEAN)
                            : found.withLastFragment(wanted.lastFragment()));
            return Conflict.ATTEMPTED_AGAIN;
        }
        if (found.state() == LedgerState.OPEN) {
            if (ours) {
                found(found, foundVersion);
            }
            return ours ? Conflict.APPLIED_EARLIER : Conflict.FOREIGN;
        }
        if (found.closed()) {
            found(found, foundVersion);
            return Conflict.SEALED;
        }
        return Conflict.IN_RECOVERY;
    }

    /** What is certain of an entry in flight (R58): a closed record decides, else nobody knows. */
    Outcome outcome(long entry) {
        if (!committed.closed()) {
            return Outcome.UNKNOWN;
        }
        return entry <= committed.lastEntry() ? Outcome.APPLIED : Outcome.NOT_APPLIED;
    }

    /** Awaits nothing any more. */
    void stop() {
        proposal = null;
    }

    private void found(LedgerMetadata record, int itsVersion) {
        proposal = null;
        committed = record;
        lastFragmentFrom = record.lastFragment().firstEntry();
        version = itsVersion;
    }

    private boolean permits(LedgerState found, LedgerMetadata next) {
        return next.closed() ? rules.mayClose(found) : found != LedgerState.CLOSED && rules.mayChange(found);
    }

    /** What a conflict means (R46b). */
    enum Conflict {
        /** The write was only overtaken, and is under way again. */
        ATTEMPTED_AGAIN,
        /** An earlier attempt had succeeded. */
        APPLIED_EARLIER,
        /** Somebody closed the ledger. */
        SEALED,
        /** Somebody recovers it. */
        IN_RECOVERY,
        /** Its last fragment is neither what was committed nor what was attempted: nobody may do that. */
        FOREIGN
    }

    /** Where the writes go. */
    interface Writes {
        void compareAndSet(LedgerMetadata next, int version);
    }
}
