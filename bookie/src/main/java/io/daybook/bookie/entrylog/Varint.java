package io.daybook.bookie.entrylog;

import io.netty.buffer.ByteBuf;

/** Numbers of 0 and more in 1 to 9 bytes, seven bits each, lowest first. Borrows the buffers. */
public final class Varint {
    private Varint() {}

    public static void write(ByteBuf into, long number) {
        if (number < 0) {
            throw new IllegalArgumentException("a variable-length number is 0 or more, not " + number);
        }
        long rest = number;
        while (rest > 0x7F) {
            into.writeByte((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        into.writeByte((int) rest);
    }

    /** Reads one number; throws {@link MalformedLogException} if none is there. */
    public static long read(ByteBuf from) {
        long number = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            if (!from.isReadable()) {
                throw new MalformedLogException("a number is cut off");
            }
            byte next = from.readByte();
            number |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new MalformedLogException("a number has more than 9 bytes");
    }

    /** Reads one number that must be from 0 to {@code max}. */
    public static int readInt(ByteBuf from, int max) {
        long number = read(from);
        if (number > max) {
            throw new MalformedLogException("a number is %d but at most %d is possible".formatted(number, max));
        }
        return (int) number;
    }
}
