package io.daybook.bookie.ledger;

import io.daybook.ledger.protocol.Status;

/** Told how something ended, once, on the ledger's loop. */
@FunctionalInterface
public interface StatusAnswer {
    void done(Status status);
}
