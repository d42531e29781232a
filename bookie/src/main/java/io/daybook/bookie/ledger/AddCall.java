package io.daybook.bookie.ledger;

import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One add on its way through a {@link HostedLedger}; owns the packaged entry until the journal has it. Answered exactly once, on the
 * ledger's loop.
 */
public abstract class AddCall implements DurableLog.Completion {
    final long entryId;
    final byte[] key;
    final boolean recovery;
    final boolean highPriority;
    private final int size;

    private @Nullable ByteBuf body; // null once the journal has it or the call was refused
    private @Nullable HostedLedger ledger; // set when the ledger takes the call
    private long stalledSince; // reading of the loop's clock when the store first had no room; 0: it had

    /**
     * Takes {@code body} over.
     *
     * @param body packaged entry of at least 24 bytes
     * @param entryId as in the body
     * @param key access key, not to be changed
     * @param recovery whether the fence is ignored
     */
    protected AddCall(ByteBuf body, long entryId, byte[] key, boolean recovery, boolean highPriority) {
        this.body = body;
        this.size = body.readableBytes();
        this.entryId = entryId;
        this.key = key;
        this.recovery = recovery;
        this.highPriority = highPriority;
    }

    /** Says how it ended; OK only when the entry and the ledger's key are durable (R16). */
    protected abstract void answered(Status status);

    /** Whether the client forces later and would take an answer from memory; never for a recovery add (R17, R106). */
    protected boolean deferred() {
        return false;
    }

    /** Bytes of the packaged entry. */
    public final int size() {
        return size;
    }

    final void at(HostedLedger owner) {
        ledger = owner;
    }

    final HostedLedger ledger() {
        HostedLedger owner = ledger;
        if (owner == null) {
            throw new IllegalStateException("an add was settled before a ledger had it");
        }
        return owner;
    }

    /** Borrows the entry. */
    final ByteBuf body() {
        ByteBuf bytes = body;
        if (bytes == null) {
            throw new IllegalStateException("the entry of this add was given away");
        }
        return bytes;
    }

    /** Gives the entry to the caller. */
    final ByteBuf takeBody() {
        ByteBuf bytes = body();
        body = null;
        return bytes;
    }

    /** Puts another copy of the same entry, which is taken over, in the place of this call's. */
    final void replaceBody(ByteBuf other) {
        body().release();
        body = other;
    }

    /** Ends the call before the journal had the entry. */
    public final void refuse(Status status) {
        takeBody().release();
        answered(status);
    }

    final long stalledSince() {
        return stalledSince;
    }

    final void stalledSince(long nanos) {
        stalledSince = nanos;
    }

    @Override
    public final void done(@Nullable BookieException failure) {
        Adds.journalled(ledger(), this, failure);
    }
}
