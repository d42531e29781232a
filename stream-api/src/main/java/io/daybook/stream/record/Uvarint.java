package io.daybook.stream.record;

import io.netty.buffer.ByteBuf;

/** Unsigned LEB128 numbers: seven bits a byte, low bits first, at most ten bytes, in the shortest form only. */
final class Uvarint {
    private Uvarint() {}

    static int size(long number) {
        return (70 - Long.numberOfLeadingZeros(number | 1)) / 7;
    }

    static void write(ByteBuf to, long number) {
        long rest = number;
        while ((rest & ~0x7FL) != 0) {
            to.writeByte((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        to.writeByte((int) rest);
    }

    static long read(ByteBuf from) {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            RecordFormat.corruptUnless(from.isReadable(), "a batch body that ends inside a number");
            int b = from.readUnsignedByte();
            RecordFormat.corruptUnless(shift < 63 || b <= 1, "a batch body with a number of more than 64 bits");
            number |= (b & 0x7FL) << shift;
            if (b < 0x80) {
                RecordFormat.corruptUnless(b != 0 || shift == 0, "a batch body with a number written too long");
                return number;
            }
        }
    }

    /** A length of something that follows, checked against what is left before anyone allocates it. */
    static int readLength(ByteBuf from) {
        long length = read(from);
        RecordFormat.corruptUnless(
                length >= 0 && length <= from.readableBytes(),
                "a batch body with a length of %s where %s bytes are left",
                Long.toUnsignedString(length),
                from.readableBytes());
        return (int) length;
    }
}
