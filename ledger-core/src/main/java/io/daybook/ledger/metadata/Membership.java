package io.daybook.ledger.metadata;

import io.daybook.ledger.BookieId;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The registered bookies at one moment. Immutable.
 *
 * @param writable bookies that take new ledgers, by id
 * @param readOnly bookies that only serve what they have, by id; one that is changing over counts as read-only
 * @param current false while the metadata store cannot be asked: then this is the last list that was read, which stays in use
 */
public record Membership(
        SortedMap<BookieId, RegisteredBookie> writable,
        SortedMap<BookieId, RegisteredBookie> readOnly,
        boolean current) {

    /** Before anything was read. */
    public static final Membership UNKNOWN =
            new Membership(Collections.emptySortedMap(), Collections.emptySortedMap(), false);

    public Membership {
        writable = Collections.unmodifiableSortedMap(new TreeMap<>(writable));
        readOnly = Collections.unmodifiableSortedMap(new TreeMap<>(readOnly));
    }

    /** The bookie, writable or not, or null if it is not registered. */
    public @Nullable RegisteredBookie find(BookieId id) {
        RegisteredBookie bookie = writable.get(id);
        return bookie != null ? bookie : readOnly.get(id);
    }

    Membership frozen() {
        return current ? new Membership(writable, readOnly, false) : this;
    }
}
