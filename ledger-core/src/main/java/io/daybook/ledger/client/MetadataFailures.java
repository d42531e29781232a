package io.daybook.ledger.client;

import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import org.jspecify.annotations.Nullable;

/** What the metadata store reports, as callers of a ledger see it. */
final class MetadataFailures {
    private MetadataFailures() {}

    /** The failure itself if it is one of ours, else one that names the ledger. */
    static LedgerException of(LedgerId ledger, @Nullable Throwable failure) {
        if (failure instanceof LedgerException known) {
            return known;
        }
        String why = failure == null ? "no answer came" : String.valueOf(failure.getMessage());
        return new LedgerException.MetadataFailed(
                Outcome.NOT_APPLIED, "metadata of ledger %s: %s; try again".formatted(ledger, why), failure);
    }
}
