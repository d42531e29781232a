package io.daybook.ledger;

import java.util.List;

/**
 * Entries of a ledger that share one list of bookies.
 *
 * @param firstEntry id of the first entry
 * @param bookies the ensemble in slot order, all distinct
 */
public record Fragment(long firstEntry, List<BookieId> bookies) {

    public Fragment {
        bookies = List.copyOf(bookies);
    }
}
