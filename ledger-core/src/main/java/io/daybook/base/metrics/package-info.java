/**
 * What a process counts and measures: {@link io.daybook.base.metrics.Counter}, {@link io.daybook.base.metrics.Gauge} and {@link
 * io.daybook.base.metrics.Timer} are plain fields of the loop that writes them, and {@link io.daybook.base.metrics.Metrics} knows them all by
 * name.
 *
 * <p>One writer per meter, any number of readers, no locks and no atomic instructions on the way. Where several loops count the same thing, each has
 * a meter of its own under the same name and the reading adds them up. Nothing here knows an exporter.
 */
@NullMarked
package io.daybook.base.metrics;

import org.jspecify.annotations.NullMarked;
