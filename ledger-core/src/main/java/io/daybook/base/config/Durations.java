package io.daybook.base.config;

import java.time.Duration;
import java.util.List;

/** Durations in words: {@code 5ms}, {@code 10s}, {@code 10min}, {@code 1h}, {@code 7d}. */
public final class Durations {
    private static final List<String> UNITS = List.of("ns", "us", "ms", "s", "min", "h", "d");
    private static final List<Long> NANOS =
            List.of(1L, 1_000L, 1_000_000L, 1_000_000_000L, 60_000_000_000L, 3_600_000_000_000L, 86_400_000_000_000L);

    private Durations() {}

    /**
     * Reads a whole number and one of ns, us, ms, s, min, h, d; at most 292 years. Throws IllegalArgumentException with a sentence that
     * says what to write instead.
     */
    public static Duration parse(String text) {
        Quantity quantity = Quantity.parse(text, "a duration", "5ms, 10s or 1h");
        long factor = Quantity.factor(quantity.unit(), UNITS, NANOS);
        if (factor == 0) {
            throw new IllegalArgumentException("'%s' is not a duration: the unit is one of ns, us, ms, s, min, h, d%s"
                    .formatted(text, hint(quantity.unit())));
        }
        return Duration.ofNanos(quantity.times(factor, text));
    }

    /** In the largest unit that divides it: {@code 90s}, {@code 2h}. */
    public static String format(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        long nanos = duration.toNanos();
        int unit = UNITS.size() - 1;
        while (nanos % NANOS.get(unit) != 0) {
            unit--;
        }
        return nanos / NANOS.get(unit) + UNITS.get(unit);
    }

    private static String hint(String unit) {
        if (unit.equals("m")) {
            return "; did you mean min?"; // a month, a minute or a milli-something: nobody can tell
        }
        for (String known : UNITS) {
            if (unit.length() > 0 && known.substring(0, 1).equalsIgnoreCase(unit.substring(0, 1))) {
                return "; did you mean " + known + "?";
            }
        }
        return "";
    }
}
