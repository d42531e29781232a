package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import java.util.ArrayList;
import java.util.List;

/**
 * One search for an entry among the slots of its write set: who has been asked, who has said what, who is next (R61). Belongs to one
 * read.
 */
final class ReplicaChoice {
    private final int[] order; // slots, best first
    private int asked; // of order
    private int open; // asked and not answered
    private int absent;
    private List<BookieId> damaged = List.of();
    private int unknown;

    ReplicaChoice(int[] order) {
        this.order = order;
    }

    /** The next slot to ask, which counts as asked now; −1 if none is left. */
    int next() {
        if (asked == order.length) {
            return -1;
        }
        open++;
        return order[asked++];
    }

    /** A slot is certain to have no copy. */
    void absent() {
        open--;
        absent++;
    }

    /** A slot, that of {@code bookie}, has a copy that fails its digest: damage, not absence. */
    void damaged(BookieId bookie) {
        open--;
        damaged = damaged.isEmpty() ? new ArrayList<>() : damaged;
        damaged.add(bookie);
    }

    /** A slot gave no certain answer. */
    void unknown() {
        open--;
        unknown++;
    }

    /** Whether some slot has not been asked. */
    boolean anyLeft() {
        return asked < order.length;
    }

    /** Whether a further answer may still come. */
    boolean waiting() {
        return open > 0;
    }

    /** Whether nobody is left to ask or to answer. */
    boolean exhausted() {
        return open == 0 && asked == order.length;
    }

    /** With {@link #exhausted()}: whether every slot was certain, so that the entry is nowhere (R62). */
    boolean certain() {
        return unknown == 0;
    }

    /** With {@link #exhausted()}: whether some slot has it, but damaged. */
    boolean anyDamaged() {
        return !damaged.isEmpty();
    }

    @Override
    public String toString() {
        return "%d without it, %d with a damaged copy%s, %d without a certain answer"
                .formatted(absent, damaged.size(), damaged.isEmpty() ? "" : " " + damaged, unknown);
    }
}
