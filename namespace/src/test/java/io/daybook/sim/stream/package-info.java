/**
 * Streams in the simulated world: {@link io.daybook.sim.stream.SimLedgers} in the place of bookies, {@link io.daybook.sim.stream.StreamWorld} with
 * processes that write and read, and the schedules that stop them anywhere.
 */
@NullMarked
package io.daybook.sim.stream;

import org.jspecify.annotations.NullMarked;
