package io.daybook.ledger.protocol;

import com.google.protobuf.Message;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * The protobuf protocol. Frames are without their length. Encoding takes the message over, decoding takes the frame over; a payload that was
 * decoded is (part of) the frame itself, so it need not start at index 0. Adds, reads, LAC messages and forces are written and read by hand, the
 * others through protobuf-java. Format: docs/formats/wire.md.
 */
public final class WireV3 {
    private static final int READ = 100;
    private static final int ADD = 101;
    private static final int WRITE_LAC = 103;
    private static final int READ_LAC = 104;
    private static final int FORCE = 107;

    private WireV3() {}

    // ---- decoding

    /** The request in {@code frame}; one without its sub-message, with an unhandled operation or a lower version is a Refused. */
    public static Request decodeRequest(ByteBuf frame) {
        return decodeRequest(frame, new V3Reader());
    }

    static Request decodeRequest(ByteBuf frame, V3Reader reader) {
        boolean passedOn = false;
        try {
            Request request = reader.request(frame);
            if (request == null) {
                return ColdMessages.decodeRequest(frame);
            }
            passedOn = request instanceof Request.Add
                    || request instanceof Request.GroupAdd
                    || request instanceof Request.WriteLac;
            return request;
        } finally {
            if (!passedOn) {
                frame.release();
            }
        }
    }

    /** The response in {@code frame}; one without its sub-message is a Plain. */
    public static Response decodeResponse(ByteBuf frame) {
        return decodeResponse(frame, new V3Reader());
    }

    static Response decodeResponse(ByteBuf frame, V3Reader reader) {
        boolean passedOn = false;
        try {
            Response response = reader.response(frame);
            if (response == null) {
                return ColdMessages.decodeResponse(frame);
            }
            passedOn = (response instanceof Response.Read read && read.body() != null)
                    || (response instanceof Response.StridedRead strided && strided.records() != null);
            return response;
        } finally {
            if (!passedOn) {
                frame.release();
            }
        }
    }

    // ---- requests

    /** The frame of {@code request}, which must exist in v3 (IllegalArgumentException otherwise). */
    public static ByteBuf encode(Request request, ByteBufAllocator allocator) {
        if (request instanceof Request.Add m) {
            return encode(m, allocator);
        }
        if (request instanceof Request.GroupAdd m) {
            return GroupWire.encode(m, allocator);
        }
        if (request instanceof Request.Read m) {
            return encode(m, allocator);
        }
        if (request instanceof Request.WriteLac m) {
            return encode(m, allocator);
        }
        if (request instanceof Request.ReadLac m) {
            return encodeLedger(m.tag(), m.operation(), READ_LAC, m.ledgerId(), allocator);
        }
        if (request instanceof Request.Force m) {
            return encodeLedger(m.tag(), m.operation(), FORCE, m.ledgerId(), allocator);
        }
        if (request instanceof Request.StridedRead m) {
            return StridedWire.encode(m, allocator);
        }
        return bytes(ColdMessages.message(request), allocator);
    }

    private static ByteBuf encode(Request.Add m, ByteBufAllocator allocator) {
        ByteBuf body = m.body();
        int sub = ProtoOut.number(1, m.ledgerId())
                + ProtoOut.number(2, m.entryId())
                + ProtoOut.bytes(3, m.masterKey().length)
                + ProtoOut.bytes(4, body.readableBytes())
                + (m.deferredSync() ? ProtoOut.number(5, 1) : 0)
                + (m.recovery() ? ProtoOut.number(100, 1) : 0);
        ByteBuf out = request(m.tag(), m.operation(), ADD, sub, sub, allocator);
        ProtoOut.number(out, 1, m.ledgerId());
        ProtoOut.number(out, 2, m.entryId());
        ProtoOut.bytes(out, 3, m.masterKey());
        ProtoOut.bytes(out, 4, body);
        if (m.deferredSync()) {
            ProtoOut.number(out, 5, 1);
        }
        if (m.recovery()) {
            ProtoOut.number(out, 100, 1);
        }
        m.release();
        return out;
    }

    /**
     * The bytes before the body of an add: the packaged entry of {@code bodySize} bytes follows as it is.
     *
     * @param tag priority above 0 for recovery adds
     */
    public static ByteBuf encodeAddHead(
            Tag tag,
            long ledgerId,
            long entryId,
            byte[] masterKey,
            int bodySize,
            boolean recovery,
            boolean deferredSync,
            ByteBufAllocator allocator) {
        int sub = ProtoOut.number(1, ledgerId)
                + ProtoOut.number(2, entryId)
                + ProtoOut.bytes(3, masterKey.length)
                + ProtoOut.bytes(4, bodySize)
                + (deferredSync ? ProtoOut.number(5, 1) : 0)
                + (recovery ? ProtoOut.number(100, 1) : 0);
        ByteBuf out = request(tag, Operation.ADD, ADD, sub, sub - bodySize, allocator);
        ProtoOut.number(out, 1, ledgerId);
        ProtoOut.number(out, 2, entryId);
        ProtoOut.bytes(out, 3, masterKey);
        if (deferredSync) {
            ProtoOut.number(out, 5, 1);
        }
        if (recovery) {
            ProtoOut.number(out, 100, 1);
        }
        ProtoOut.bytesHead(out, 4, bodySize); // last, so that the body can follow
        return out;
    }

    private static ByteBuf encode(Request.Read m, ByteBufAllocator allocator) {
        int flag = m.fence() ? 1 : m.piggyback() ? 2 : 0;
        byte[] key = m.masterKey();
        int sub = ProtoOut.number(1, m.ledgerId())
                + ProtoOut.number(2, m.entryId())
                + (key == null ? 0 : ProtoOut.bytes(3, key.length))
                + (m.longPoll() ? ProtoOut.number(4, m.previousLac()) : 0)
                + (m.timeoutMillis() < 0 ? 0 : ProtoOut.number(5, m.timeoutMillis()))
                + (flag == 0 ? 0 : ProtoOut.number(100, flag));
        ByteBuf out = request(m.tag(), m.operation(), READ, sub, sub, allocator);
        ProtoOut.number(out, 1, m.ledgerId());
        ProtoOut.number(out, 2, m.entryId());
        if (key != null) {
            ProtoOut.bytes(out, 3, key);
        }
        if (m.longPoll()) {
            ProtoOut.number(out, 4, m.previousLac());
        }
        if (m.timeoutMillis() >= 0) {
            ProtoOut.number(out, 5, m.timeoutMillis());
        }
        if (flag != 0) {
            ProtoOut.number(out, 100, flag);
        }
        return out;
    }

    private static ByteBuf encode(Request.WriteLac m, ByteBufAllocator allocator) {
        int sub = ProtoOut.number(1, m.ledgerId())
                + ProtoOut.number(2, m.lac())
                + ProtoOut.bytes(3, m.masterKey().length)
                + ProtoOut.bytes(4, m.body().readableBytes());
        ByteBuf out = request(m.tag(), m.operation(), WRITE_LAC, sub, sub, allocator);
        ProtoOut.number(out, 1, m.ledgerId());
        ProtoOut.number(out, 2, m.lac());
        ProtoOut.bytes(out, 3, m.masterKey());
        ProtoOut.bytes(out, 4, m.body());
        m.release();
        return out;
    }

    private static ByteBuf encodeLedger(
            Tag tag, Operation operation, int field, long ledgerId, ByteBufAllocator allocator) {
        int sub = ProtoOut.number(1, ledgerId);
        ByteBuf out = request(tag, operation, field, sub, sub, allocator);
        ProtoOut.number(out, 1, ledgerId);
        return out;
    }

    // ---- responses

    /** The frame of {@code response}, which must exist in v3 (IllegalArgumentException otherwise). */
    public static ByteBuf encode(Response response, ByteBufAllocator allocator) {
        if (response instanceof Response.Add m) {
            return encode(m, allocator);
        }
        if (response instanceof Response.GroupAdd m) {
            return GroupWire.encode(m, allocator);
        }
        if (response instanceof Response.Read m) {
            return encode(m, allocator);
        }
        if (response instanceof Response.WriteLac m) {
            return encodeLedger(m.tag(), m.operation(), WRITE_LAC, m.status(), m.ledgerId(), allocator);
        }
        if (response instanceof Response.ReadLac m) {
            return encode(m, allocator);
        }
        if (response instanceof Response.Force m) {
            return encodeLedger(m.tag(), m.operation(), FORCE, m.status(), m.ledgerId(), allocator);
        }
        if (response instanceof Response.StridedRead m) {
            return StridedWire.encode(m, allocator);
        }
        return bytes(ColdMessages.message(response), allocator);
    }

    private static ByteBuf encode(Response.Add m, ByteBufAllocator allocator) {
        int sub = ProtoOut.number(1, m.status().v3())
                + ProtoOut.number(2, m.ledgerId())
                + ProtoOut.number(3, m.entryId());
        ByteBuf out = response(m.tag(), m.operation(), m.status(), ADD, sub, sub, allocator);
        ProtoOut.number(out, 1, m.status().v3());
        ProtoOut.number(out, 2, m.ledgerId());
        ProtoOut.number(out, 3, m.entryId());
        return out;
    }

    private static ByteBuf encode(Response.Read m, ByteBufAllocator allocator) {
        ByteBuf body = m.body();
        int sub = readSize(m, body == null ? -1 : body.readableBytes());
        ByteBuf out = response(m.tag(), m.operation(), m.status(), READ, sub, sub, allocator);
        ProtoOut.number(out, 1, m.status().v3());
        ProtoOut.number(out, 2, m.ledgerId());
        ProtoOut.number(out, 3, m.entryId());
        if (body != null) {
            ProtoOut.bytes(out, 4, body);
        }
        writeLacs(out, m);
        m.release();
        return out;
    }

    /** The bytes before the body of the answer to a read, which must have one: it follows as it is. Borrows {@code m}. */
    public static ByteBuf encodeReadHead(Response.Read m, ByteBufAllocator allocator) {
        ByteBuf body = m.body();
        if (body == null) {
            throw new IllegalArgumentException("the answer to a read has no body to send after its head");
        }
        int size = body.readableBytes();
        int sub = readSize(m, size);
        ByteBuf out = response(m.tag(), m.operation(), m.status(), READ, sub, sub - size, allocator);
        ProtoOut.number(out, 1, m.status().v3());
        ProtoOut.number(out, 2, m.ledgerId());
        ProtoOut.number(out, 3, m.entryId());
        writeLacs(out, m);
        ProtoOut.bytesHead(out, 4, size); // last, so that the body can follow
        return out;
    }

    /** The bytes before the records of the answer to a strided read, which must have some: they follow as they are. Borrows {@code m}. */
    public static ByteBuf encodeStridedHead(Response.StridedRead m, ByteBufAllocator allocator) {
        return StridedWire.encodeHead(m, allocator);
    }

    private static int readSize(Response.Read m, int bodySize) {
        return ProtoOut.number(1, m.status().v3())
                + ProtoOut.number(2, m.ledgerId())
                + ProtoOut.number(3, m.entryId())
                + (bodySize < 0 ? 0 : ProtoOut.bytes(4, bodySize))
                + (m.maxLac() == Response.Read.ABSENT ? 0 : ProtoOut.number(5, m.maxLac()))
                + (m.lacUpdateMillis() == Response.Read.ABSENT ? 0 : ProtoOut.number(6, m.lacUpdateMillis()));
    }

    private static void writeLacs(ByteBuf out, Response.Read m) {
        if (m.maxLac() != Response.Read.ABSENT) {
            ProtoOut.number(out, 5, m.maxLac());
        }
        if (m.lacUpdateMillis() != Response.Read.ABSENT) {
            ProtoOut.number(out, 6, m.lacUpdateMillis());
        }
    }

    private static ByteBuf encode(Response.ReadLac m, ByteBufAllocator allocator) {
        ByteBuf lac = m.lacBody();
        ByteBuf last = m.lastEntryBody();
        int sub = ProtoOut.number(1, m.status().v3())
                + ProtoOut.number(2, m.ledgerId())
                + (lac == null ? 0 : ProtoOut.bytes(3, lac.readableBytes()))
                + (last == null ? 0 : ProtoOut.bytes(4, last.readableBytes()));
        ByteBuf out = response(m.tag(), m.operation(), m.status(), READ_LAC, sub, sub, allocator);
        ProtoOut.number(out, 1, m.status().v3());
        ProtoOut.number(out, 2, m.ledgerId());
        if (lac != null) {
            ProtoOut.bytes(out, 3, lac);
        }
        if (last != null) {
            ProtoOut.bytes(out, 4, last);
        }
        m.release();
        return out;
    }

    private static ByteBuf encodeLedger(
            Tag tag, Operation operation, int field, Status status, long ledgerId, ByteBufAllocator allocator) {
        int sub = ProtoOut.number(1, status.v3()) + ProtoOut.number(2, ledgerId);
        ByteBuf out = response(tag, operation, status, field, sub, sub, allocator);
        ProtoOut.number(out, 1, status.v3());
        ProtoOut.number(out, 2, ledgerId);
        return out;
    }

    // ---- envelopes

    /** A buffer with all before the fields of the sub-message, and room for {@code room} bytes of these. */
    static ByteBuf request(Tag tag, Operation operation, int field, int sub, int room, ByteBufAllocator allocator) {
        int header = headerSize(tag, operation, true);
        ByteBuf out = allocator.directBuffer(ProtoOut.bytes(1, header) + ProtoOut.bytes(field, sub) - sub + room);
        writeHeader(out, tag, operation, header, true);
        ProtoOut.bytesHead(out, field, sub);
        return out;
    }

    static ByteBuf response(
            Tag tag, Operation operation, Status status, int field, int sub, int room, ByteBufAllocator allocator) {
        int header = headerSize(tag, operation, false);
        ByteBuf out = allocator.directBuffer(
                ProtoOut.bytes(1, header) + ProtoOut.number(2, status.v3()) + ProtoOut.bytes(field, sub) - sub + room);
        writeHeader(out, tag, operation, header, false);
        ProtoOut.number(out, 2, status.v3());
        ProtoOut.bytesHead(out, field, sub);
        return out;
    }

    private static int headerSize(Tag tag, Operation operation, boolean withPriority) {
        return ProtoOut.number(1, 3)
                + ProtoOut.number(2, operation.v3())
                + ProtoOut.number(3, tag.txnId())
                + (withPriority && tag.priority() != 0 ? ProtoOut.number(4, tag.priority() & 0xFFFF_FFFFL) : 0);
    }

    private static void writeHeader(ByteBuf out, Tag tag, Operation operation, int size, boolean withPriority) {
        ProtoOut.bytesHead(out, 1, size);
        ProtoOut.number(out, 1, 3);
        ProtoOut.number(out, 2, operation.v3());
        ProtoOut.number(out, 3, tag.txnId());
        if (withPriority && tag.priority() != 0) {
            ProtoOut.number(out, 4, tag.priority() & 0xFFFF_FFFFL);
        }
    }

    private static ByteBuf bytes(Message message, ByteBufAllocator allocator) {
        byte[] bytes = message.toByteArray();
        return allocator.buffer(bytes.length).writeBytes(bytes);
    }
}
