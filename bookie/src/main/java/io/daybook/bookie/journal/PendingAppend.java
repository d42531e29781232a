package io.daybook.bookie.journal;

import io.daybook.base.exec.Loop;
import io.daybook.bookie.DurableLog.Completion;
import io.daybook.bookie.DurableLog.Kind;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way to the disk, or a barrier; owns its payload until the caller is told.
 *
 * <p>Written by the caller before it is queued, after that the journal's loop's, in the end the caller's again.
 */
final class PendingAppend {
    private static final int OVERHEAD = 96; // this object, its place in the queue, the record's header

    final @Nullable Kind kind; // null: a barrier
    final long ledgerId;
    final long entryId;
    final Loop caller;
    final Completion completion;

    private @Nullable ByteBuf payload;

    @Nullable
    PendingAppend next; // in the group's list of the same caller

    PendingAppend(
            @Nullable Kind kind,
            long ledgerId,
            long entryId,
            @Nullable ByteBuf payload,
            Loop caller,
            Completion completion) {
        this.kind = kind;
        this.ledgerId = ledgerId;
        this.entryId = entryId;
        this.payload = payload;
        this.caller = caller;
        this.completion = completion;
    }

    /** Bytes it counts for while it waits. */
    int charge() {
        return OVERHEAD + payloadLength();
    }

    int payloadLength() {
        return payload == null ? 0 : payload.readableBytes();
    }

    @Nullable
    ByteBuf payload() {
        return payload;
    }

    void releasePayload() {
        if (payload != null) {
            payload.release();
            payload = null;
        }
    }

    /** Fences, keys and the like have room kept for them (R31). */
    boolean mayUseReserve() {
        return kind != Kind.ENTRY && kind != Kind.LAC;
    }
}
