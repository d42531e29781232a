package io.daybook.bookie.journal;

import io.daybook.base.exec.Loop;
import io.daybook.bookie.DurableLog.Completion;
import io.daybook.bookie.DurableLog.Kind;
import io.daybook.ledger.protocol.EntryGroup;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way to the disk, the records of a group of entries, or a barrier; owns its payload until the caller is told.
 *
 * <p>Written by the caller before it is queued, after that the journal's loop's, in the end the caller's again.
 */
final class PendingAppend {
    private static final int OVERHEAD = 96; // this object, its place in the queue, the record's header

    final @Nullable Kind kind; // null: a barrier
    final int records; // of an entry group; 1 for all else
    final boolean group; // the payload is an EntryGroup
    final long ledgerId; // of an entry group the first
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
        this(kind, ledgerId, entryId, payload, 1, false, caller, completion);
    }

    /** The entries of a group: as many records, which share a write and are told of together. */
    static PendingAppend group(ByteBuf entries, int count, Loop caller, Completion completion) {
        return new PendingAppend(
                Kind.ENTRY, EntryGroup.firstLedger(entries), -1, entries, count, true, caller, completion);
    }

    private PendingAppend(
            @Nullable Kind kind,
            long ledgerId,
            long entryId,
            @Nullable ByteBuf payload,
            int records,
            boolean group,
            Loop caller,
            Completion completion) {
        this.kind = kind;
        this.ledgerId = ledgerId;
        this.entryId = entryId;
        this.payload = payload;
        this.records = records;
        this.group = group;
        this.caller = caller;
        this.completion = completion;
    }

    /** Bytes it counts for while it waits. */
    int charge() {
        return OVERHEAD + records * JournalFormat.RECORD_HEADER + payloadLength();
    }

    /** Payload bytes of its records. */
    int payloadLength() {
        if (payload == null) {
            return 0;
        }
        return payload.readableBytes() - (group ? records * EntryGroup.LENGTH_SIZE : 0);
    }

    /** Bytes of its records in the journal. */
    long bodyLength() {
        return (long) records * JournalFormat.RECORD_HEADER + payloadLength();
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
