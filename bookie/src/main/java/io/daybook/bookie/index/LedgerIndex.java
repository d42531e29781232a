package io.daybook.bookie.index;

import io.daybook.bookie.entrylog.LedgerNote;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is known of each ledger beside its entries.
 *
 * <p><b>Threads.</b> Safe from any loop that may block. Throws {@link io.daybook.bookie.BookieException.Damaged} if rows cannot be read.
 */
public interface LedgerIndex {

    /** All notes of a ledger joined, or null if there is none. */
    @Nullable
    LedgerNote ledger(long ledgerId);
}
