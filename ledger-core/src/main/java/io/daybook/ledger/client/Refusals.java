package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.protocol.Status;

/** The one place of the client where what a bookie says becomes an exception. */
final class Refusals {
    private Refusals() {}

    /** A status that ends a writer. */
    static LedgerException ofAdd(Status status, Outcome outcome, LedgerId ledger, BookieId bookie, long entry) {
        return switch (status) {
            case FENCED ->
                new LedgerException.Fenced(
                        outcome,
                        "append to ledger %s refused: %s says at entry %s that a newer owner has fenced it; open it with recovery to learn its end"
                                .formatted(ledger, bookie, entry));
            case UNAUTHORIZED -> unauthorized(outcome, ledger, bookie);
            default ->
                new LedgerException.ProtocolBroken(
                        outcome,
                        "append of entry %s to ledger %s refused: %s answered %s; open the ledger with recovery and report this"
                                .formatted(entry, ledger, bookie, status),
                        null);
        };
    }

    /** Whether a status ends the writer, whoever says it. */
    static boolean fatal(Status status) {
        return status == Status.FENCED
                || status == Status.UNAUTHORIZED
                || status == Status.BAD_REQUEST
                || status == Status.BAD_VERSION;
    }

    /** A status that ends a recovery. */
    static LedgerException ofRecovery(Status status, LedgerId ledger, BookieId bookie) {
        return status == Status.UNAUTHORIZED
                ? unauthorized(Outcome.NOT_APPLIED, ledger, bookie)
                : new LedgerException.ProtocolBroken(
                        Outcome.NOT_APPLIED,
                        "recovery of ledger %s stopped: %s answered %s; its version does not fit this client"
                                .formatted(ledger, bookie, status),
                        null);
    }

    private static LedgerException unauthorized(Outcome outcome, LedgerId ledger, BookieId bookie) {
        return new LedgerException.Unauthorized(
                outcome,
                "%s refuses access to ledger %s: give the password it was created with".formatted(bookie, ledger));
    }
}
