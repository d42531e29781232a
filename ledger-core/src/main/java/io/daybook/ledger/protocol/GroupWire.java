package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The bytes of group adds, Daybook's own operation 1001 of v3. Layout and worked example: docs/formats/wire.md. */
final class GroupWire {
    /** Number of the sub-message in requests and responses. */
    static final int FIELD = 1001;

    /** In the place of a status: another answer tells. */
    private static final int OPEN = 1;

    private GroupWire() {}

    /** The request up to its entries, {@code size} bytes that follow as they are. Borrows {@code m}. */
    static ByteBuf encodeHead(Request.GroupAdd m, ByteBufAllocator allocator) {
        return head(m, 0, allocator);
    }

    /** All of the request. Takes {@code m} over. */
    static ByteBuf encode(Request.GroupAdd m, ByteBufAllocator allocator) {
        ByteBuf entries = m.entries();
        ByteBuf out = head(m, entries.readableBytes(), allocator);
        out.writeBytes(entries, entries.readerIndex(), entries.readableBytes());
        m.release();
        return out;
    }

    private static ByteBuf head(Request.GroupAdd m, int room, ByteBufAllocator allocator) {
        int size = m.entries().readableBytes();
        int sub = ProtoOut.bytes(1, m.masterKey().length) + ProtoOut.number(2, m.count()) + ProtoOut.bytes(3, size);
        ByteBuf out = WireV3.request(m.tag(), m.operation(), FIELD, sub, sub - size + room, allocator);
        ProtoOut.bytes(out, 1, m.masterKey());
        ProtoOut.number(out, 2, m.count());
        ProtoOut.bytesHead(out, 3, size); // last, so that the entries can follow
        return out;
    }

    static ByteBuf encode(Response.GroupAdd m, ByteBufAllocator allocator) {
        AddOutcomes outcomes = m.outcomes();
        int size = 0;
        int from = 0;
        for (int run = 0; run < outcomes.runs(); run++) {
            size += ProtoOut.varintSize(outcomes.end(run) - from) + ProtoOut.varintSize(number(outcomes.status(run)));
            from = outcomes.end(run);
        }
        int sub = ProtoOut.number(1, m.status().v3()) + ProtoOut.bytes(2, size);
        ByteBuf out = WireV3.response(m.tag(), m.operation(), m.status(), FIELD, sub, sub, allocator);
        ProtoOut.number(out, 1, m.status().v3());
        ProtoOut.bytesHead(out, 2, size);
        from = 0;
        for (int run = 0; run < outcomes.runs(); run++) {
            ProtoOut.varint(out, outcomes.end(run) - from);
            ProtoOut.varint(out, number(outcomes.status(run)));
            from = outcomes.end(run);
        }
        return out;
    }

    private static int number(@Nullable Status status) {
        return status == null ? OPEN : status.v3();
    }

    private static @Nullable Status status(int number) {
        return number == OPEN ? null : number == Status.OK.v3() ? Status.OK : Status.ofV3(number);
    }

    /** The outcomes that {@code cursor} stands before: pairs of numbers, as many as there are bytes for. */
    static AddOutcomes outcomes(ProtoCursor cursor, int size) {
        int runsMax = Math.min(size / 2, EntryGroup.ENTRIES_MAX); // a pair takes two bytes or more
        @Nullable Status[] statuses = new @Nullable Status[runsMax];
        int[] ends = new int[runsMax];
        int runs = 0;
        int end = 0;
        while (cursor.more()) {
            long count = cursor.varint();
            int number = (int) cursor.varint();
            if (count < 1 || count > EntryGroup.ENTRIES_MAX - end) {
                throw new MalformedFrameException("a group answer tells of %d entries; a group has at most %d"
                        .formatted(count, EntryGroup.ENTRIES_MAX));
            }
            end += (int) count;
            ends[runs] = end;
            statuses[runs++] = status(number);
        }
        if (runs == 0) {
            throw new MalformedFrameException("a group answer tells of no entry");
        }
        return AddOutcomes.ofRuns(Arrays.copyOf(statuses, runs), Arrays.copyOf(ends, runs));
    }
}
