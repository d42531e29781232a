/**
 * The hot paths one by one, measured with JMH: what one entry costs in time and in bytes allocated.
 *
 * <p>{@code ./daybook bench micro} runs them; docs/performance.md has the figures and says what each allocation is. They drive production
 * classes through their public surface, and where there is none through a "door" that stands beside the class among the tests of its module. {@link
 * io.daybook.benchmarks.micro.HotPathTest} holds the main ratios in each build.
 */
@NullMarked
package io.daybook.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
