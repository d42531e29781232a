/**
 * The same load on Daybook and on a stock BookKeeper cluster, in turns: {@code daybook bench compare}.
 *
 * <p>Read {@link io.daybook.benchmarks.compare.Comparison}, the arithmetic, then {@link io.daybook.benchmarks.compare.StockCluster} and {@link
 * io.daybook.benchmarks.compare.StockRun}. Stock classes never get on our class path: its servers and its client run in JVMs of their own, from {@link
 * io.daybook.benchmarks.compare.StockRelease}; the client is driven by {@code StockLoad.java}, which lies among our resources as a source and is compiled
 * against the release. No state is shared between threads.
 */
@NullMarked
package io.daybook.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
