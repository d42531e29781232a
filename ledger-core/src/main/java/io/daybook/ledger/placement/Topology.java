package io.daybook.ledger.placement;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.Labels;
import io.daybook.ledger.metadata.Membership;
import io.daybook.ledger.metadata.RegisteredBookie;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where each bookie stands, by the labels of its present registration. Immutable.
 *
 * <p>A bookie that is off the register keeps the place it had, since it may still be a member of an ensemble; once it returns it is where it says it is now
 * (RG-23).
 *
 * @param present labels of the bookies that are registered
 * @param departed last labels of at most {@link #DEPARTED_MAX} bookies that were registered before
 */
public record Topology(SortedMap<BookieId, Labels> present, SortedMap<BookieId, Labels> departed) {

    /** Departed bookies that are remembered; of more than that some count as standing alone. */
    static final int DEPARTED_MAX = 1024;

    /** Nobody says where they stand. */
    public static final Topology UNKNOWN = new Topology(Collections.emptySortedMap(), Collections.emptySortedMap());

    public Topology {
        present = Collections.unmodifiableSortedMap(new TreeMap<>(present));
        departed = Collections.unmodifiableSortedMap(new TreeMap<>(departed));
    }

    /** Registered bookies with their labels. */
    public static Topology of(Map<BookieId, Labels> present) {
        return new Topology(new TreeMap<>(present), Collections.emptySortedMap());
    }

    /** The topology once the register says {@code members}. */
    public Topology after(Membership members) {
        SortedMap<BookieId, Labels> now = new TreeMap<>();
        for (RegisteredBookie bookie : members.readOnly().values()) {
            now.put(bookie.id(), bookie.labels());
        }
        for (RegisteredBookie bookie : members.writable().values()) {
            now.put(bookie.id(), bookie.labels());
        }
        TreeMap<BookieId, Labels> gone = new TreeMap<>(departed);
        gone.putAll(present);
        gone.keySet().removeAll(now.keySet());
        gone.values().removeIf(Labels::isEmpty);
        while (gone.size() > DEPARTED_MAX) {
            gone.pollFirstEntry();
        }
        return new Topology(now, gone);
    }

    /** The labels of {@code bookie}, or none. */
    public Labels labels(BookieId bookie) {
        Labels labels = present.get(bookie);
        return labels != null ? labels : departed.getOrDefault(bookie, Labels.NONE);
    }

    /** The domain {@code bookie} stands in, in words. */
    public String domain(BookieId bookie, FailureDomain kind) {
        return kind.of(bookie, labels(bookie));
    }

    /** How many new fragments {@code bookie} should get compared with others. */
    int weight(BookieId bookie) {
        return labels(bookie).weight(1);
    }
}
