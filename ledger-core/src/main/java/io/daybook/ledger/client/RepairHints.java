package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.RepairHint;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Confirmed entries that a bookie of their write set never acknowledged (R45): what a replicator should look at first.
 * Bounded: when full, a new range widens the newest one of its slot, or replaces the oldest of all. Belongs to the handle's loop.
 */
final class RepairHints {
    private static final int HINTS_MAX = 256;

    private final int gapMax;
    private final ArrayDeque<RepairHint> hints = new ArrayDeque<>();

    /** @param gapMax ids that may lie between two entries of one range: the ensemble size, since a slot holds only some entries */
    RepairHints(int gapMax) {
        this.gapMax = gapMax;
    }

    /** Notes one entry; ids of a slot come ascending. */
    void note(long fragment, int slot, BookieId bookie, long entryId) {
        RepairHint newest = null;
        for (RepairHint hint : hints) {
            if (hint.fragment() == fragment
                    && hint.slot() == slot
                    && hint.bookie().equals(bookie)) {
                newest = hint;
            }
        }
        boolean full = hints.size() == HINTS_MAX;
        if (newest != null && (full || entryId <= newest.lastEntry() + gapMax)) {
            hints.remove(newest);
            hints.addLast(new RepairHint(
                    fragment,
                    slot,
                    bookie,
                    Math.min(newest.firstEntry(), entryId),
                    Math.max(newest.lastEntry(), entryId)));
            return;
        }
        if (full) {
            hints.removeFirst();
        }
        hints.addLast(new RepairHint(fragment, slot, bookie, entryId, entryId));
    }

    void clear() {
        hints.clear();
    }

    List<RepairHint> list() {
        return List.copyOf(hints);
    }
}
