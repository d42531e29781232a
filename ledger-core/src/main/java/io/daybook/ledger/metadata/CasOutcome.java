package io.daybook.ledger.metadata;

import io.daybook.ledger.LedgerMetadata;

/** What became of a conditional change of a ledger's record; ambiguous replies are settled before (R7). */
public sealed interface CasOutcome {

    /** It happened: the record is now {@code written}. */
    record Applied(Versioned<LedgerMetadata> written) implements CasOutcome {}

    /**
     * Somebody else changed the record. Re-evaluate the precondition on {@code current}, then try again from its version or give up (R6, R10). After a
     * lost reply, {@code current} may also be a change made on top of ours.
     */
    record Conflict(Versioned<LedgerMetadata> current) implements CasOutcome {}

    /** The ledger was deleted. */
    record Gone() implements CasOutcome {}
}
