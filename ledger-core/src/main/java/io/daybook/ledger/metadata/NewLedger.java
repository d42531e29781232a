package io.daybook.ledger.metadata;

import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;

/**
 * A ledger whose record this process has just made.
 *
 * @param id its id
 * @param record as written, with its creation token
 */
public record NewLedger(LedgerId id, Versioned<LedgerMetadata> record) {}
