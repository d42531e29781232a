package io.daybook.ledger.protocol;

import io.daybook.base.seam.Conn;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Sends messages in the wire format of their tag, with payloads by reference instead of copied into the frame. */
public final class Frames {
    private Frames() {}

    /** Encodes {@code request} for v3 or v2, whichever its tag says, and sends it. Takes it over. Only on the connection's loop. */
    public static void send(Conn conn, Request request, ByteBufAllocator allocator) {
        Tag tag = request.tag();
        if (request instanceof Request.Add m) {
            ByteBuf body = m.body();
            ByteBuf head = tag.v3()
                    ? WireV3.encodeAddHead(
                            tag,
                            m.ledgerId(),
                            m.entryId(),
                            m.masterKey(),
                            body.readableBytes(),
                            m.recovery(),
                            m.deferredSync(),
                            allocator)
                    : WireV2.encodeAddHead(tag, m.masterKey(), m.recovery(), allocator);
            conn.send(head, body);
        } else if (request instanceof Request.GroupAdd m) {
            conn.send(GroupWire.encodeHead(m, allocator), m.entries());
        } else {
            conn.send(tag.v3() ? WireV3.encode(request, allocator) : WireV2.encode(request, allocator));
        }
    }

    /** Encodes {@code response} for v3 or v2, whichever its tag says, and sends it. Takes it over. Only on the connection's loop. */
    public static void send(Conn conn, Response response, ByteBufAllocator allocator) {
        Tag tag = response.tag();
        if (response instanceof Response.Read m && m.body() != null && (tag.v3() || m.status() == Status.OK)) {
            ByteBuf head = tag.v3()
                    ? WireV3.encodeReadHead(m, allocator)
                    : WireV2.encodeReadHead(tag, m.status(), m.ledgerId(), m.entryId(), allocator);
            conn.send(head, m.body());
        } else if (response instanceof Response.StridedRead m && m.records() != null) {
            conn.send(WireV3.encodeStridedHead(m, allocator), m.records());
        } else {
            conn.send(tag.v3() ? WireV3.encode(response, allocator) : WireV2.encode(response, allocator));
        }
    }
}
