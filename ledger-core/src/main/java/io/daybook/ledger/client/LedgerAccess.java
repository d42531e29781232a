package io.daybook.ledger.client;

import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Password;

/** What a caller's {@link OpenOptions} are worth to a ledger: whether they give access to it, and with which password. */
final class LedgerAccess {
    private LedgerAccess() {}

    /** Whether the caller knows the password; a record that holds none leaves the judgement to the bookies. */
    static boolean permits(LedgerMetadata record, OpenOptions options) {
        return !record.hasPassword() || record.password().equals(options.password());
    }

    /** The password that digests and keys are made of, for a caller who is permitted. */
    static Password password(LedgerMetadata record, OpenOptions options) {
        return record.hasPassword() ? record.password() : options.password();
    }

    /** For a caller who is not. */
    static LedgerException unauthorized(LedgerId ledger) {
        return new LedgerException.Unauthorized(
                Outcome.NOT_APPLIED, "this is not the password ledger %s was created with".formatted(ledger));
    }
}
