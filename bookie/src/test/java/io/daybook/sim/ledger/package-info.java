/**
 * The ledger layer in simulation: {@link io.daybook.sim.ledger.LedgerScenario} lets a writer, clients that take over, a reader and bookies live
 * through what their seed holds, {@link io.daybook.sim.ledger.LedgerWitness} holds the invariants of docs/protocol.md against it, and {@link
 * io.daybook.sim.ledger.Mutant} plants bugs that must be found.
 *
 * <p>Also twins of what a bookie stands on: a store and a journal in memory that forget at a crash exactly what was never synced.
 */
@NullMarked
package io.daybook.sim.ledger;

import org.jspecify.annotations.NullMarked;
