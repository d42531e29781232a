/**
 * Benchmarks: {@code load} drives whole clusters and goes into the program; {@code micro}, one JMH class per hot path, lives among the test
 * sources, so that the program carries no JMH.
 *
 * <p>Nothing but the program may import this.
 */
@NullMarked
package io.daybook.benchmarks;

import org.jspecify.annotations.NullMarked;
