package io.daybook.benchmarks.load;

/** Numbers as people read them. */
final class Figures {
    private Figures() {}

    /** {@code value} with {@code digits} behind the point. */
    static double round(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Math.round(value * scale) / scale;
    }
}
