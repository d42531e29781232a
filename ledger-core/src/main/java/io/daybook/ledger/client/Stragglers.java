package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Iterator;

/**
 * Adds of confirmed entries that are open at bookies which hold their slot no longer: such a copy belongs to a fragment that is sealed, where
 * the bookie is still listed. Each ends as a copy or as a {@link RepairHints hint} (R45), at the latest with its time-out.
 *
 * <p>A bit per entry, no bytes; those are in the connection, within the bookie's budget. Belongs to one state machine.
 */
final class Stragglers {
    private final RepairHints hints;
    private final ArrayDeque<Tenure> tenures = new ArrayDeque<>(); // one per replaced bookie at most

    Stragglers(RepairHints hints) {
        this.hints = hints;
    }

    /** Waits for the answer of {@code bookie} to an add of {@code tenure}. Entries come ascending. */
    void expect(long fragment, int slot, int tenure, BookieId bookie, long entry) {
        Tenure newest = tenures.peekLast();
        for (Tenure one : tenures) {
            if (one.slot == slot && one.tenure == tenure && one.fragment == fragment) {
                newest = one;
            }
        }
        if (newest == null || newest.slot != slot || newest.tenure != tenure || newest.fragment != fragment) {
            newest = new Tenure(fragment, slot, tenure, bookie, entry);
            tenures.addLast(newest);
        }
        newest.open.set(Math.toIntExact(entry - newest.base));
    }

    boolean isEmpty() {
        return tenures.isEmpty();
    }

    /** An add of an earlier tenure ended: {@code stored} or not. */
    void ended(int slot, int tenure, long entry, boolean stored) {
        for (Iterator<Tenure> all = tenures.iterator(); all.hasNext(); ) {
            Tenure one = all.next();
            long place = entry - one.base;
            if (one.slot == slot && one.tenure == tenure && place >= 0 && place < one.open.length()) {
                if (one.open.get((int) place) && !stored) {
                    hints.note(one.fragment, slot, one.bookie, entry);
                }
                one.open.clear((int) place);
                if (one.open.isEmpty()) {
                    all.remove();
                }
            }
        }
    }

    /** Waits no longer: whatever is open may be missing. */
    void giveUp() {
        for (Tenure one : tenures) {
            for (int place = one.open.nextSetBit(0); place >= 0; place = one.open.nextSetBit(place + 1)) {
                hints.note(one.fragment, one.slot, one.bookie, one.base + place);
            }
        }
        tenures.clear();
    }

    /** What is open of one tenure in one fragment. */
    private static final class Tenure {
        final long fragment;
        final int slot;
        final int tenure;
        final BookieId bookie;
        final long base;
        final BitSet open = new BitSet();

        Tenure(long fragment, int slot, int tenure, BookieId bookie, long base) {
            this.fragment = fragment;
            this.slot = slot;
            this.tenure = tenure;
            this.bookie = bookie;
            this.base = base;
        }
    }
}
