package io.daybook.base.config;

/**
 * An amount of bytes, written in words such as {@code 512KiB} or {@code 5MiB}.
 *
 * @param bytes 0 or more
 */
public record DataSize(long bytes) implements Comparable<DataSize> {

    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a size is 0 or more bytes, not " + bytes);
        }
    }

    public static DataSize bytes(long n) {
        return new DataSize(n);
    }

    public static DataSize kibibytes(long n) {
        return new DataSize(Math.multiplyExact(n, 1L << 10));
    }

    public static DataSize mebibytes(long n) {
        return new DataSize(Math.multiplyExact(n, 1L << 20));
    }

    public static DataSize gibibytes(long n) {
        return new DataSize(Math.multiplyExact(n, 1L << 30));
    }

    /** The size as an int; fails for 2 GiB and more. */
    public int intBytes() {
        return Math.toIntExact(bytes);
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** In the largest unit that divides it: {@code 512KiB}, {@code 1000B}. */
    @Override
    public String toString() {
        if (bytes != 0 && bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "GiB";
        }
        if (bytes != 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "MiB";
        }
        if (bytes != 0 && bytes % (1L << 10) == 0) {
            return (bytes >> 10) + "KiB";
        }
        return bytes + "B";
    }
}
