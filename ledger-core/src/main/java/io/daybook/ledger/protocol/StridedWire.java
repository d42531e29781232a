package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** The bytes of strided reads, Daybook's own operation 1000 of v3. Layout and worked example: docs/protocol.md. */
final class StridedWire {
    /** Number of the sub-message in requests and responses. */
    static final int FIELD = 1000;

    private StridedWire() {}

    static ByteBuf encode(Request.StridedRead m, ByteBufAllocator allocator) {
        int sub = ProtoOut.number(1, m.ledgerId())
                + ProtoOut.number(2, m.firstEntry())
                + ProtoOut.number(3, m.stride())
                + ProtoOut.number(4, m.countMax())
                + ProtoOut.number(5, m.bytesMax());
        ByteBuf out = WireV3.request(m.tag(), m.operation(), FIELD, sub, sub, allocator);
        ProtoOut.number(out, 1, m.ledgerId());
        ProtoOut.number(out, 2, m.firstEntry());
        ProtoOut.number(out, 3, m.stride());
        ProtoOut.number(out, 4, m.countMax());
        ProtoOut.number(out, 5, m.bytesMax());
        return out;
    }

    /** All of the answer. Takes {@code m} over. */
    static ByteBuf encode(Response.StridedRead m, ByteBufAllocator allocator) {
        ByteBuf records = m.records();
        ByteBuf out = head(m, records == null ? 0 : records.readableBytes(), allocator);
        if (records != null) {
            out.writeBytes(records, records.readerIndex(), records.readableBytes());
        }
        m.release();
        return out;
    }

    /** The answer up to its records, which must be there and follow as they are. Borrows {@code m}. */
    static ByteBuf encodeHead(Response.StridedRead m, ByteBufAllocator allocator) {
        return head(m, 0, allocator);
    }

    private static ByteBuf head(Response.StridedRead m, int room, ByteBufAllocator allocator) {
        ByteBuf records = m.records();
        int size = records == null ? 0 : records.readableBytes();
        int before = ProtoOut.number(1, m.status().v3())
                + ProtoOut.number(2, m.ledgerId())
                + ProtoOut.number(3, m.firstEntry())
                + ProtoOut.number(4, m.count());
        int sub = before + (records == null ? 0 : ProtoOut.bytes(5, size));
        ByteBuf out = WireV3.response(m.tag(), m.operation(), m.status(), FIELD, sub, sub - size + room, allocator);
        ProtoOut.number(out, 1, m.status().v3());
        ProtoOut.number(out, 2, m.ledgerId());
        ProtoOut.number(out, 3, m.firstEntry());
        ProtoOut.number(out, 4, m.count());
        if (records != null) {
            ProtoOut.bytesHead(out, 5, size); // last, so that the records can follow
        }
        return out;
    }
}
