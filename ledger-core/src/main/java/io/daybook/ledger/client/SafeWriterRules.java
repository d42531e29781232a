package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerState;

/** The rules of production. Open to tests, which take one rule away by overriding one method. */
class SafeWriterRules implements WriterRules {

    @Override
    public boolean countsAck(Ensemble ensemble, int slot, BookieId bookie, int tenure) {
        return ensemble.serves(slot, bookie, tenure);
    }

    @Override
    public boolean withdrawsAcks() {
        return true;
    }

    @Override
    public boolean confirms(long entry, long lowestPending) {
        return entry == lowestPending;
    }

    @Override
    public boolean standsStillDuringChange() {
        return true;
    }

    @Override
    public boolean waitsForCommit() {
        return true;
    }

    @Override
    public long lastEntryOfClose(long lastAddConfirmed, long lastAddPushed) {
        return lastAddConfirmed;
    }

    @Override
    public boolean mayClose(LedgerState found) {
        return found == LedgerState.OPEN;
    }

    @Override
    public boolean mayChange(LedgerState found) {
        return found == LedgerState.OPEN;
    }
}
