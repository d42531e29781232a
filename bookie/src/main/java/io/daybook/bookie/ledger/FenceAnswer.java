package io.daybook.bookie.ledger;

import io.daybook.ledger.protocol.Status;

/** Told how far a fence is, on the ledger's loop: either refused, or set and later durable. */
public interface FenceAnswer {

    /** The ledger is not fenced by this request. */
    void refused(Status status);

    /** No normal add gets in from now on: the moment to look for what was asked (R24). {@code ledger} is good for this call only. */
    void set(HostedLedger ledger);

    /** After {@link #set}: OK once the fence is durable; only then may anything be answered (R24). */
    void durable(Status status);
}
