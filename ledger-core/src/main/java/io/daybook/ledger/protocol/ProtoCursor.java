package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Walks over the fields of a protobuf message in a frame, accepting exactly what protobuf-java accepts. Borrows the frame and moves no
 * index of it. Every length is checked against what is there before anything is done with it.
 */
final class ProtoCursor {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int START_GROUP = 3;
    static final int END_GROUP = 4;
    static final int FIXED32 = 5;

    private static final int DEPTH_MAX = 100;

    private ByteBuf frame = Unpooled.EMPTY_BUFFER;
    private int at;
    private int end;

    /** Goes on from {@code from} and ends before {@code to}. */
    void over(ByteBuf frame, int from, int to) {
        this.frame = frame;
        at = from;
        end = to;
    }

    /** Forgets the frame. */
    void clear() {
        over(Unpooled.EMPTY_BUFFER, 0, 0);
    }

    boolean more() {
        return at < end;
    }

    /** Index of the next byte. */
    int at() {
        return at;
    }

    /** The next field's number and wire type in one: {@code number << 3 | type}. */
    int tag() {
        int tag = (int) varint();
        if (tag >>> 3 == 0) {
            throw new MalformedFrameException("a v3 frame has a field with number 0");
        }
        return tag;
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) {
                throw cut();
            }
            byte b = frame.getByte(at++);
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedFrameException("a v3 frame has a number of more than ten bytes");
    }

    /** The length of a field of bytes, which are known to be there; the cursor stands at the first of them. */
    int size() {
        int size = (int) varint();
        if (size < 0 || size > end - at) {
            throw cut();
        }
        return size;
    }

    /** Goes over {@code count} bytes that are known to be there. */
    void pass(int count) {
        at += count;
    }

    /** Goes over the value of a field that means nothing here. */
    void skip(int tag) {
        skip(tag, 0);
    }

    private void skip(int tag, int depth) {
        switch (tag & 7) {
            case VARINT -> varint();
            case FIXED64 -> passChecked(8);
            case BYTES -> pass(size());
            case FIXED32 -> passChecked(4);
            case START_GROUP -> skipGroup(tag >>> 3, depth + 1);
            default -> throw new MalformedFrameException("a v3 frame has a field of wire type " + (tag & 7));
        }
    }

    private void skipGroup(int number, int depth) {
        if (depth > DEPTH_MAX) {
            throw new MalformedFrameException("a v3 frame nests groups deeper than " + DEPTH_MAX);
        }
        for (; ; ) {
            int tag = tag();
            if ((tag & 7) != END_GROUP) {
                skip(tag, depth);
            } else if (tag >>> 3 == number) {
                return;
            } else {
                throw new MalformedFrameException("a v3 frame ends a group that it did not start");
            }
        }
    }

    private void passChecked(int count) {
        if (count > end - at) {
            throw cut();
        }
        at += count;
    }

    private static MalformedFrameException cut() {
        return new MalformedFrameException("a v3 frame is cut short");
    }
}
