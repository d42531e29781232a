package io.daybook.stream.metadata;

import io.daybook.ledger.LedgerId;

/**
 * A ledger that no segment uses any more and that waits for its deletion.
 *
 * @param ledger which
 * @param notBeforeMillis not to be deleted earlier, ms since the epoch
 */
public record GarbageLedger(LedgerId ledger, long notBeforeMillis) {}
