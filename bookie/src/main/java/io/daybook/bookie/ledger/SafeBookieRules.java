package io.daybook.bookie.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.ledger.protocol.Status;

/** The rules as docs/protocol.md has them; tests extend it to take one away. */
class SafeBookieRules implements BookieRules {

    @Override
    public void effect(Loop loop, HostedLedger ledger, Runnable effect) {
        effect.run(); // now: whatever comes between would come between look and effect
    }

    @Override
    public boolean addWaitsForSync(boolean deferred) {
        return true;
    }

    @Override
    public boolean duplicateWaitsForSync() {
        return true;
    }

    @Override
    public boolean fencesUnknownLedger() {
        return true;
    }

    @Override
    public boolean journalsFence() {
        return true;
    }

    @Override
    public boolean negativeWaitsForFence() {
        return true;
    }

    @Override
    public Status unreadable() {
        return Status.IO_ERROR;
    }

    @Override
    public boolean doubtsAfterLoss() {
        return true;
    }

    @Override
    public Status absentInLimbo() {
        return Status.UNKNOWN_STATE;
    }
}
