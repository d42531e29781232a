/**
 * Twins of what a bookie stands on, for simulations of ledgers: a store and a journal in memory that forget at a crash exactly what was
 * never synced.
 */
@NullMarked
package io.daybook.sim.ledger;

import org.jspecify.annotations.NullMarked;
