package io.daybook.bookie.ledger;

import io.daybook.ledger.protocol.Status;

/** Told how a wait for news of a ledger ended, on the ledger's loop; exactly one of its methods is called, once. */
public interface PollAnswer {
    /** For {@link #due} when no update of the last confirmed id ended the wait. */
    long NO_UPDATE = Long.MIN_VALUE;

    /**
     * The wait is over: there is something newer, or it was fenced, or the time has passed.
     *
     * @param ledger good for this call only
     * @param updateMillis wall time of the update that ended the wait, or {@link #NO_UPDATE}
     */
    void due(HostedLedger ledger, long updateMillis);

    /** There was no wait, or it was abandoned. */
    void refused(Status status);
}
