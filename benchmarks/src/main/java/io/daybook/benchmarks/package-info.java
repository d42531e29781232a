/**
 * Measures Daybook: {@code micro} holds one JMH class per hot path, {@code load} an open-loop driver.
 *
 * <p>Nothing imports this but the command line, which offers the load driver as {@code daybook bench}.
 */
@NullMarked
package io.daybook.benchmarks;

import org.jspecify.annotations.NullMarked;
