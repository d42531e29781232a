package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;

/** Turns the frames that one connection of a client receives into responses. Belongs to the connection's loop. */
public final class ResponseDecoder {
    private final boolean v3;
    private final V3Reader reader = new V3Reader();

    /** A decoder for a connection on which we speak v3, or v2. */
    public ResponseDecoder(boolean v3) {
        this.v3 = v3;
    }

    /**
     * The response in {@code frame}. Takes the frame over: a payload in the response is (part of) it.
     *
     * @throws MalformedFrameException if the connection must be closed
     */
    public Response decode(ByteBuf frame) {
        return v3 ? WireV3.decodeResponse(frame, reader) : WireV2.decodeResponse(frame);
    }
}
