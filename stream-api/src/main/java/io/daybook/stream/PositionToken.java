package io.daybook.stream;

import java.nio.ByteBuffer;
import java.util.Base64;

/**
 * A reader's position as an opaque word: the offset of the next record, with a hint where its bytes lie. Hints may be wrong and are then
 * ignored; positions compare by offset only.
 *
 * @param stream stream it belongs to
 * @param offset next record to read
 * @param segment hint: sequence number of the segment
 * @param entry hint: entry of that segment's ledger
 */
public record PositionToken(StreamId stream, long offset, long segment, long entry)
        implements Comparable<PositionToken> {
    private static final byte VERSION = 1;

    public PositionToken {
        if (offset < 0 || segment < 0 || entry < 0) {
            throw new IllegalArgumentException("a position has no negative numbers");
        }
    }

    /** Reads what {@link #toString} wrote. */
    public static PositionToken parse(String text) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            if (bytes.remaining() >= 19 && bytes.get() == VERSION) {
                StreamId stream = new StreamId(bytes.getLong());
                PositionToken token = new PositionToken(stream, bytes.getLong(), readNumber(bytes), readNumber(bytes));
                if (!bytes.hasRemaining()) {
                    return token;
                }
            }
        } catch (IllegalArgumentException | java.nio.BufferUnderflowException malformed) {
            throw new IllegalArgumentException("'" + text + "' is not a position token", malformed);
        }
        throw new IllegalArgumentException("'" + text + "' is not a position token");
    }

    @Override
    public int compareTo(PositionToken other) {
        return Long.compare(offset, other.offset);
    }

    @Override
    public String toString() {
        ByteBuffer bytes = ByteBuffer.allocate(17 + 20);
        bytes.put(VERSION).putLong(stream.value()).putLong(offset);
        writeNumber(bytes, segment);
        writeNumber(bytes, entry);
        byte[] used = new byte[bytes.position()];
        bytes.flip().get(used);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(used);
    }

    private static void writeNumber(ByteBuffer to, long number) {
        long rest = number;
        while ((rest & ~0x7FL) != 0) {
            to.put((byte) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        to.put((byte) rest);
    }

    private static long readNumber(ByteBuffer from) {
        long number = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = from.get();
            number |= (b & 0x7FL) << shift;
            if (b >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("a number of more than ten bytes");
    }
}
