package io.daybook.stream;

/**
 * Identifies a stream for ever: random, assigned at creation, never used again. Names may change, ids do not.
 *
 * @param value any number but 0, written as 16 hexadecimal digits
 */
public record StreamId(long value) implements Comparable<StreamId> {

    public StreamId {
        if (value == 0) {
            throw new IllegalArgumentException("a stream id is not 0");
        }
    }

    /** Reads 16 hexadecimal digits. */
    public static StreamId parse(String hex) {
        if (hex.length() != 16) {
            throw new IllegalArgumentException("'" + hex + "' is not a stream id: 16 hexadecimal digits are needed");
        }
        try {
            return new StreamId(Long.parseUnsignedLong(hex, 16));
        } catch (NumberFormatException notHex) {
            throw new IllegalArgumentException(
                    "'" + hex + "' is not a stream id: 16 hexadecimal digits are needed", notHex);
        }
    }

    @Override
    public int compareTo(StreamId other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        String digits = Long.toHexString(value);
        return "0".repeat(16 - digits.length()) + digits;
    }
}
