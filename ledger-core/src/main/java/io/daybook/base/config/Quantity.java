package io.daybook.base.config;

import java.util.List;

/** A whole number with a unit, as written; what sizes and durations have in common. */
record Quantity(long number, String unit) {

    /** Splits {@code text}; {@code what} and {@code examples} are for the sentence when it cannot be. */
    static Quantity parse(String text, String what, String examples) {
        String trimmed = text.strip();
        int digits = 0;
        while (digits < trimmed.length() && trimmed.charAt(digits) >= '0' && trimmed.charAt(digits) <= '9') {
            digits++;
        }
        String unit = trimmed.substring(digits).strip();
        if (digits == 0) {
            throw new IllegalArgumentException(
                    "'%s' is not %s: write a whole number with its unit, such as %s".formatted(text, what, examples));
        }
        if (unit.isEmpty()) {
            throw new IllegalArgumentException(
                    "'%s' is not %s: the unit is missing; write for example %s".formatted(text, what, examples));
        }
        try {
            return new Quantity(Long.parseLong(trimmed.substring(0, digits)), unit);
        } catch (NumberFormatException tooLong) {
            throw new IllegalArgumentException("'%s' is too large".formatted(text), tooLong);
        }
    }

    /** The factor that stands where {@code unit} does, or 0. */
    static long factor(String unit, List<String> units, List<Long> factors) {
        int place = units.indexOf(unit);
        return place < 0 ? 0 : factors.get(place);
    }

    long times(long factor, String text) {
        try {
            return Math.multiplyExact(number, factor);
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException("'%s' is too large".formatted(text), overflow);
        }
    }
}
