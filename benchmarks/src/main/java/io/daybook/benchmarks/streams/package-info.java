/**
 * What many open streams cost: {@link io.daybook.benchmarks.streams.IdleStreams} opens them and weighs them.
 *
 * <p>Uses the public API alone, as an application does. Method and figures: docs/performance.md.
 */
@NullMarked
package io.daybook.benchmarks.streams;

import org.jspecify.annotations.NullMarked;
