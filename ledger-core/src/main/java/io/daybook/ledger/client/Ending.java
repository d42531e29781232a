package io.daybook.ledger.client;

import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import java.util.function.Function;

/**
 * Why a writer ended, before it is known of which append it is told: each append gets the same sentence with its own outcome (R58).
 * The exceptions are made once per outcome, since thousands of appends may share them.
 */
final class Ending {
    private final LedgerException unknown;
    private final LedgerException applied;
    private final LedgerException notApplied;

    Ending(Function<Outcome, LedgerException> why) {
        this.unknown = why.apply(Outcome.UNKNOWN);
        this.applied = why.apply(Outcome.APPLIED);
        this.notApplied = why.apply(Outcome.NOT_APPLIED);
    }

    LedgerException with(Outcome outcome) {
        return switch (outcome) {
            case UNKNOWN -> unknown;
            case APPLIED -> applied;
            case NOT_APPLIED -> notApplied;
        };
    }
}
