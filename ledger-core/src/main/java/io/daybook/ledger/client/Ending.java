package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.protocol.Status;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Why a writer ended, before it is known of which append it is told: each append gets the same sentence with its own outcome (R58).
 * The exceptions are made once per outcome, since thousands of appends may share them.
 */
final class Ending {
    private final LedgerException unknown;
    private final LedgerException applied;
    private final LedgerException notApplied;

    private Ending(Function<Outcome, LedgerException> why) {
        this.unknown = why.apply(Outcome.UNKNOWN);
        this.applied = why.apply(Outcome.APPLIED);
        this.notApplied = why.apply(Outcome.NOT_APPLIED);
    }

    /** Somebody else's recovery was met in the record (R9). */
    static Ending recovered(LedgerId ledger) {
        return new Ending(outcome -> new LedgerException.Fenced(
                outcome,
                "ledger %s is being recovered by a newer owner; open it with recovery to learn its end"
                        .formatted(ledger)));
    }

    static Ending sealedByOther(LedgerId ledger, long lastEntry, long ours) {
        return new Ending(outcome -> new LedgerException.SealedByOther(
                outcome,
                "ledger %s was sealed at entry %s by a newer owner, this writer stood at %s"
                        .formatted(ledger, lastEntry, ours)));
    }

    static Ending deleted(LedgerId ledger) {
        return new Ending(outcome -> new LedgerException.Fenced(
                outcome, "ledger %s was deleted while it was being written".formatted(ledger)));
    }

    /** Another last fragment than ours or the one we tried to write (R46b). */
    static Ending foreignFragment(LedgerId ledger, Fragment found) {
        return new Ending(outcome -> new LedgerException.ProtocolBroken(
                outcome,
                "ledger %s: somebody else changed its last fragment to %s; open it with recovery"
                        .formatted(ledger, found),
                null));
    }

    /** The metadata store will not write any more. */
    static Ending metadataRefused(LedgerId ledger, String why, @Nullable Throwable cause) {
        return new Ending(outcome -> new LedgerException.MetadataFailed(
                outcome, "ledger %s: %s; open it with recovery".formatted(ledger, why), cause));
    }

    /** A bookie gave an answer that ends every writer. */
    static Ending refused(LedgerId ledger, Status status, BookieId bookie, long entry) {
        return new Ending(outcome -> Refusals.ofAdd(status, outcome, ledger, bookie, entry));
    }

    static Ending tooFew(LedgerId ledger, long lastAddConfirmed, String failed, String replacements) {
        return new Ending(outcome -> new LedgerException.NotEnoughBookies(
                outcome,
                "ledger %s cannot go on after entry %s: %s failed, and of replacements %s; open it with recovery when more bookies are up"
                        .formatted(ledger, lastAddConfirmed, failed, replacements),
                null));
    }

    /** The writer sealed its ledger itself (R46d). */
    static Ending tooManyChanges(LedgerId ledger, long lastAddConfirmed, int changes) {
        return new Ending(outcome -> new LedgerException.NotEnoughBookies(
                outcome,
                "ledger %s was sealed at entry %s after %s changes of bookies, the most allowed; go on in a new ledger"
                        .formatted(ledger, lastAddConfirmed, changes),
                null));
    }

    /** As {@link #tooManyChanges}, but there are entries that were accepted and not forced: not to be cut off (R110). */
    static Ending tooManyChangesToSeal(LedgerId ledger, long lastAddConfirmed, int changes) {
        return new Ending(outcome -> new LedgerException.NotEnoughBookies(
                outcome,
                "ledger %s stopped after %s changes of bookies, the most allowed, with entries after %s accepted and not forced; open it with recovery"
                        .formatted(ledger, changes, lastAddConfirmed),
                null));
    }

    static Ending closedAtOnce(LedgerId ledger, long lastEntry) {
        return new Ending(outcome -> new LedgerException.HandleClosed(
                outcome,
                "ledger %s was closed at entry %s, without waiting for what was in flight"
                        .formatted(ledger, lastEntry)));
    }

    static Ending abandoned(String why) {
        return new Ending(outcome -> new LedgerException.HandleClosed(outcome, why));
    }

    /** An invariant does not hold (R96). */
    static Ending broken(LedgerId ledger, RuntimeException broken) {
        return new Ending(outcome -> new LedgerException.ProtocolBroken(
                outcome,
                "ledger %s: a rule was found broken, %s; open it with recovery and report this"
                        .formatted(ledger, broken.getMessage()),
                broken));
    }

    LedgerException with(Outcome outcome) {
        return switch (outcome) {
            case UNKNOWN -> unknown;
            case APPLIED -> applied;
            case NOT_APPLIED -> notApplied;
        };
    }
}
