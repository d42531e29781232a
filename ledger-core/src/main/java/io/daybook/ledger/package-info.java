/**
 * Ledgers as applications see them: append-only sequences of entries, replicated over bookies.
 *
 * <p>Read {@link io.daybook.ledger.LedgerClient}, then {@link io.daybook.ledger.LedgerWriter} and {@link
 * io.daybook.ledger.LedgerReader}; the values are {@link io.daybook.ledger.LedgerId}, {@link
 * io.daybook.ledger.Replication}, {@link io.daybook.ledger.LedgerMetadata}, {@link io.daybook.ledger.LedgerEntry}; failures are
 * {@link io.daybook.ledger.LedgerException}. Only values and interfaces stand here; the rules are in docs/protocol.md.
 */
@NullMarked
package io.daybook.ledger;

import org.jspecify.annotations.NullMarked;
