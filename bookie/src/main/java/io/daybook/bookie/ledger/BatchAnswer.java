package io.daybook.bookie.ledger;

import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** Told how a batch read ended, on the ledger's loop; exactly one of its methods is called, once. */
public interface BatchAnswer {

    /** At least one entry; the receiver releases them. */
    void found(List<ByteBuf> entries);

    /** The first entry is not there, or cannot be read; as in {@link EntryAnswer#failed}. */
    void failed(Status status);
}
