/**
 * The simulated world: every seam of production with a twin in which a seed decides everything.
 *
 * <p>Read {@link io.daybook.sim.SimWorld} (one thread, virtual time, one queue of events), {@link io.daybook.sim.SimNode} (a machine and the twins
 * it hands out), {@link io.daybook.sim.SimNetwork} and {@link io.daybook.sim.SimTransport}, {@link io.daybook.sim.SimDisk}, {@link
 * io.daybook.sim.SimMetadata} and {@link io.daybook.sim.SimMetaStore}; then {@link io.daybook.sim.Scenario} and {@link
 * io.daybook.sim.SimRunner}. How to use and replay: docs/simulator.md.
 *
 * <p>No test library is used here, because {@code ./daybook simulate} packs these classes. Nothing here knows a ledger.
 */
@NullMarked
package io.daybook.sim;

import org.jspecify.annotations.NullMarked;
