/**
 * The place of benchmarks, of which there are none yet: {@code micro} for one JMH class per hot path, {@code load} for an open-loop driver.
 *
 * <p>Nothing but the program may import this.
 */
@NullMarked
package io.daybook.benchmarks;

import org.jspecify.annotations.NullMarked;
