package io.daybook.benchmarks.load;

/** One kind of load, from its preparation to the last comparison. */
@FunctionalInterface
public interface Workload {

    /**
     * Runs it; blocks. Throws CompletionException with what the system failed with, and CancellationException when the run's watch told it to
     * end; logs that were made by then are known to {@code run}.
     */
    LoadResult run(LoadRun run);
}
