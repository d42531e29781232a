package io.daybook.bookie.ledger;

import io.daybook.base.seam.Probe;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.EntryStore;

/**
 * What all ledgers of a bookie stand on; the same for each of its loops.
 *
 * @param store where entries live
 * @param log makes records durable
 * @param firstTouch asked before a ledger is kept here for the first time (R65a)
 * @param gate whether writes are taken at all
 * @param probe told of the branches taken
 * @param conduct how the bookie behaves
 */
public record LedgerGround(
        EntryStore store, DurableLog log, FirstTouch firstTouch, WriteGate gate, Probe probe, BookieConduct conduct) {}
