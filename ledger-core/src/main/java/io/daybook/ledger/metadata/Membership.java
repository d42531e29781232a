package io.daybook.ledger.metadata;

import io.daybook.ledger.BookieId;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
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

    /** Those of this list that are not on {@code other}. */
    Set<BookieId> without(Membership other) {
        Set<BookieId> gone = new TreeSet<>(writable.keySet());
        gone.addAll(readOnly.keySet());
        gone.removeAll(other.writable.keySet());
        gone.removeAll(other.readOnly.keySet());
        return gone;
    }

    /** This list, with {@code bookies} as they are on {@code other}. */
    Membership keeping(Set<BookieId> bookies, Membership other) {
        SortedMap<BookieId, RegisteredBookie> moreWritable = new TreeMap<>(other.writable);
        moreWritable.keySet().retainAll(bookies);
        moreWritable.putAll(writable);
        SortedMap<BookieId, RegisteredBookie> moreReadOnly = new TreeMap<>(other.readOnly);
        moreReadOnly.keySet().retainAll(bookies);
        moreReadOnly.putAll(readOnly);
        return new Membership(moreWritable, moreReadOnly, current);
    }

    Membership frozen() {
        return current ? new Membership(writable, readOnly, false) : this;
    }
}
