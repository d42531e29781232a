package io.daybook.ledger;

/**
 * A range in which confirmed entries lack the copy of one slot (R45); some entries of it may be whole.
 *
 * @param fragment first entry of the fragment
 * @param slot place in its ensemble
 * @param bookie who should have the copies
 * @param firstEntry lowest id
 * @param lastEntry highest id, included
 */
public record RepairHint(long fragment, int slot, BookieId bookie, long firstEntry, long lastEntry) {}
