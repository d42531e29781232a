package io.daybook.bookie.ledger;

import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;

/** Told how a look for one entry ended, on the ledger's loop; exactly one of its methods is called, once. */
public interface EntryAnswer {

    /** The stored bytes; the receiver releases them. {@code ledger} is good for this call only. */
    void found(HostedLedger ledger, ByteBuf body);

    /** NO_SUCH_LEDGER and NO_SUCH_ENTRY are certain (R27); UNKNOWN_STATE is limbo; IO_ERROR says nothing about the entry. */
    void failed(HostedLedger ledger, Status status);
}
