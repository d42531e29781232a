package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Turns the frames of one connection on a bookie into requests, telling v3 from v2 by their first byte. A connection may begin with
 * v3 and change to v2 once; it never goes back. Belongs to the connection's loop.
 */
public final class RequestDecoder {

    /** A protobuf message cannot begin with a byte up to this, a fixed binary one with a known version does. */
    private static final int V2_FIRST_BYTE_MAX = 7;

    private final V3Reader reader = new V3Reader();
    private final KeyCache keys = new KeyCache();
    private boolean v2;

    /**
     * The request in {@code frame}. Takes the frame over: a payload in the request is (part of) it.
     *
     * @throws MalformedFrameException if the connection must be closed without an answer
     */
    public Request decode(ByteBuf frame) {
        if (!frame.isReadable()) {
            frame.release();
            throw new MalformedFrameException("a frame is empty");
        }
        if (frame.getUnsignedByte(frame.readerIndex()) <= V2_FIRST_BYTE_MAX) {
            v2 = true;
            return WireV2.decodeRequest(frame, keys);
        }
        if (v2) {
            frame.release();
            throw new MalformedFrameException("a v3 frame came on a connection that had changed to v2");
        }
        return WireV3.decodeRequest(frame, reader);
    }
}
