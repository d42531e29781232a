package io.daybook.base.config;

import java.util.List;

/**
 * An amount of bytes, written in words such as {@code 512KiB} or {@code 5MiB}.
 *
 * @param bytes 0 or more
 */
public record DataSize(long bytes) implements Comparable<DataSize> {
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");
    private static final List<Long> FACTORS = List.of(1L, 1L << 10, 1L << 20, 1L << 30, 1L << 40);

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

    /**
     * Reads {@code 512KiB}: a whole number and one of B, KiB, MiB, GiB, TiB. Throws IllegalArgumentException with a sentence that says what
     * to write instead.
     */
    public static DataSize parse(String text) {
        Quantity quantity = Quantity.parse(text, "a size", "512KiB, 5MiB or 1GiB");
        long factor = Quantity.factor(quantity.unit(), UNITS, FACTORS);
        if (factor == 0) {
            throw new IllegalArgumentException("'%s' is not a size: the unit is one of B, KiB, MiB, GiB, TiB%s"
                    .formatted(text, binaryHint(quantity.unit())));
        }
        return new DataSize(quantity.times(factor, text));
    }

    /** The size as an int; fails for 2 GiB and more. */
    public int intBytes() {
        return Math.toIntExact(bytes);
    }

    private static String binaryHint(String unit) {
        for (String known : UNITS) {
            String letter = known.substring(0, 1);
            if (unit.equalsIgnoreCase(known) || unit.equalsIgnoreCase(letter) || unit.equalsIgnoreCase(letter + "B")) {
                return "; did you mean " + known + "?";
            }
        }
        return "";
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
