package io.daybook.ledger.client;

import io.daybook.base.error.Check;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import java.util.List;

/**
 * The bookies of the last fragment, slot by slot, with the tenure of each (R42). A tenure begins when a bookie enters a slot; what a
 * bookie says about an earlier one does not count. Belongs to one state machine.
 */
final class Ensemble {
    /** Slots are bits of a long. */
    static final int SLOTS_MAX = 64;

    private final Replication replication;
    private final BookieId[] members;
    private final int[] tenures;
    private int lastTenure;

    Ensemble(Replication replication, List<BookieId> members) {
        Check.argument(
                members.size() == replication.ensemble() && members.size() <= SLOTS_MAX,
                "an ensemble of %s bookies does not fit replication %s with at most %s slots",
                members.size(),
                replication,
                SLOTS_MAX);
        this.replication = replication;
        this.members = members.toArray(BookieId[]::new);
        this.tenures = new int[this.members.length];
    }

    int size() {
        return members.length;
    }

    BookieId member(int slot) {
        return members[slot];
    }

    int tenure(int slot) {
        return lastTenure == 0 ? 0 : tenures[slot]; // most ensembles never change, and need not be looked up
    }

    List<BookieId> members() {
        return List.of(members);
    }

    /** Whether {@code bookie} is at {@code slot} now, and has been since {@code tenure} began. */
    boolean serves(int slot, BookieId bookie, int tenure) {
        return tenure(slot) == tenure && members[slot].equals(bookie);
    }

    /** Puts {@code next} into place; returns the slots that changed hands. */
    long install(List<BookieId> next) {
        Check.state(next.size() == members.length, "%s bookies cannot replace %s", next.size(), members.length);
        Check.state(next.stream().distinct().count() == next.size(), "a bookie stands twice in %s", next);
        long replaced = 0;
        for (int slot = 0; slot < members.length; slot++) {
            if (!members[slot].equals(next.get(slot))) {
                members[slot] = next.get(slot);
                tenures[slot] = ++lastTenure;
                replaced |= 1L << slot;
            }
        }
        return replaced;
    }

    /** Whether each write set still has an ack quorum of slots outside {@code failed} (R46 step 4). */
    boolean keepsAckQuorum(long failed) {
        for (int start = 0; start < members.length; start++) {
            int healthy = 0;
            for (int i = 0; i < replication.writeQuorum(); i++) {
                if ((failed & 1L << (start + i) % members.length) == 0) {
                    healthy++;
                }
            }
            if (healthy < replication.ackQuorum()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return members().toString();
    }
}
