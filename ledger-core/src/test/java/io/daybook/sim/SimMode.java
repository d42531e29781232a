package io.daybook.sim;

/** How a run explores the orders in which things can happen. */
public enum SimMode {
    /** Every delay is drawn alike. */
    UNIFORM,
    /** Some directed links and some nodes are 10 to 100 times slower for the whole run. */
    SLOW_LINKS,
    /** Each loop has a rank, which a few times in a run changes; the lower the rank, the longer its tasks wait. */
    PRIORITY
}
