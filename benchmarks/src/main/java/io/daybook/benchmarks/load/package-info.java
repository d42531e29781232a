/**
 * The load driver behind {@code daybook bench}: what a cluster does under a stated load, and whether it kept what it promised.
 *
 * <p>Read {@link io.daybook.benchmarks.load.LoadTarget} (what is driven; {@link io.daybook.benchmarks.load.LedgerLoad} and {@link
 * io.daybook.benchmarks.load.StreamLoad}), then {@link io.daybook.benchmarks.load.ClosedLoop} (a window of appends) and {@link
 * io.daybook.benchmarks.load.OpenLoop} (a fixed rate, timed from when each append was due), then {@link io.daybook.benchmarks.load.Verifier}, and {@link
 * io.daybook.benchmarks.load.WriteLoad} for how they make a run. {@link io.daybook.benchmarks.load.LocalCluster} is a throw-away cluster of processes.
 *
 * <p><b>Threads.</b> One thread runs a workload and waits. Appends and acknowledgements of a closed loop happen on the client's own loops; an open loop
 * paces on one more. The driver shares the machine with what it measures, so it makes one copy and one clock reading per record, and takes no lock.
 *
 * <p>Nothing here knows the command line. Only the program may import it.
 */
@NullMarked
package io.daybook.benchmarks.load;

import org.jspecify.annotations.NullMarked;
