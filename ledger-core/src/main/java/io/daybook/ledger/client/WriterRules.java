package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerState;

/**
 * The decisions of a writer that carry the protocol's safety, one method each, so that a simulation can take one away and show that its
 * absence is noticed (R92). Nothing but {@link SafeWriterRules} runs in production. Pure; called on the writer's loop.
 */
interface WriterRules {

    /**
     * Whether a success counts that {@code bookie} sent for what it was asked in {@code tenure} (R42). Late ones of replaced bookies do not.
     */
    boolean countsAck(Ensemble ensemble, int slot, BookieId bookie, int tenure);

    /** Whether a replaced bookie's acknowledgements of pending entries are taken back (R46 step 6). */
    boolean withdrawsAcks();

    /**
     * Whether {@code entry}, which has its ack quorum now, is confirmed with all below it, of which {@code lowestPending} is the first not
     * confirmed (R43): no gap is jumped.
     */
    boolean confirms(long entry, long lowestPending);

    /** Whether the last confirmed id stands still while a list of bookies is being committed (R43). */
    boolean standsStillDuringChange();

    /** Whether a new list of bookies is used only after its commit is certain (R46a). */
    boolean waitsForCommit();

    /** The entry the writer closes its ledger at (R57). The two differ when it closes without waiting for what is in flight. */
    long lastEntryOfClose(long lastAddConfirmed, long lastAddPushed);

    /** Whether a record in state {@code found} may be closed by the writer (R9). */
    boolean mayClose(LedgerState found);

    /** Whether the last fragment of a record in state {@code found}, which is not CLOSED, may be changed by the writer (T2 of R8). */
    boolean mayChange(LedgerState found);
}
