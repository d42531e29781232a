package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;

/** Sizes and bytes of protobuf fields; each size has a writer of the same name. */
final class ProtoOut {
    private ProtoOut() {}

    /** Bytes of a field with a number. */
    static int number(int field, long value) {
        return varintSize((long) field << 3) + varintSize(value);
    }

    static void number(ByteBuf out, int field, long value) {
        varint(out, (long) field << 3 | ProtoCursor.VARINT);
        varint(out, value);
    }

    /** Bytes of a field of {@code size} bytes or of a sub-message. */
    static int bytes(int field, int size) {
        return varintSize((long) field << 3) + varintSize(size) + size;
    }

    static void bytes(ByteBuf out, int field, byte[] value) {
        bytesHead(out, field, value.length);
        out.writeBytes(value);
    }

    /** Borrows {@code value} and moves none of its indices. */
    static void bytes(ByteBuf out, int field, ByteBuf value) {
        bytesHead(out, field, value.readableBytes());
        out.writeBytes(value, value.readerIndex(), value.readableBytes());
    }

    /** What stands before the bytes of a field. */
    static void bytesHead(ByteBuf out, int field, int size) {
        varint(out, (long) field << 3 | ProtoCursor.BYTES);
        varint(out, size);
    }

    static int varintSize(long value) {
        return value == 0 ? 1 : (70 - Long.numberOfLeadingZeros(value)) / 7;
    }

    static void varint(ByteBuf out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.writeByte(((int) rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }
}
