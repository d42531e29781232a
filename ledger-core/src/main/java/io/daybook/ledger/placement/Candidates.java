package io.daybook.ledger.placement;

import io.daybook.ledger.BookieId;
import java.util.List;

/**
 * The registered bookies a choice is made from, as of one moment.
 *
 * @param writable take new ledgers
 * @param readOnly registered, but only serve what they have
 */
public record Candidates(List<BookieId> writable, List<BookieId> readOnly) {

    public Candidates {
        writable = writable.stream().sorted().distinct().toList();
        readOnly = readOnly.stream().sorted().distinct().toList();
    }

    /** Whether {@code bookie} is registered in any mode. */
    public boolean registered(BookieId bookie) {
        return writable.contains(bookie) || readOnly.contains(bookie);
    }
}
