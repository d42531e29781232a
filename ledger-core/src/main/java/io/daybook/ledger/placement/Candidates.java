package io.daybook.ledger.placement;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.Membership;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The registered bookies a choice is made from, as of one moment.
 *
 * @param writable take new ledgers
 * @param readOnly registered, but only serve what they have
 * @param topology where they stand
 */
public record Candidates(List<BookieId> writable, List<BookieId> readOnly, Topology topology) {

    /** Nobody is known. */
    public static final Candidates NONE = new Candidates(List.of(), List.of());

    public Candidates {
        writable = writable.stream().sorted().distinct().toList();
        readOnly = readOnly.stream().sorted().distinct().toList();
    }

    /** Bookies that do not say where they stand. */
    public Candidates(List<BookieId> writable, List<BookieId> readOnly) {
        this(writable, readOnly, Topology.UNKNOWN);
    }

    /** The candidates once the register says {@code members}. */
    public Candidates after(Membership members) {
        return new Candidates(
                new ArrayList<>(members.writable().keySet()),
                new ArrayList<>(members.readOnly().keySet()),
                topology.after(members));
    }

    /** Whether {@code bookie} is registered in any mode. */
    public boolean registered(BookieId bookie) {
        return Collections.binarySearch(writable, bookie) >= 0 || Collections.binarySearch(readOnly, bookie) >= 0;
    }
}
