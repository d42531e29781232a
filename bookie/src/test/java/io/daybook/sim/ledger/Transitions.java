package io.daybook.sim.ledger;

import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import java.util.List;

/** Which versions of a ledger's record may follow one another (R8, I3, I7, I14). */
final class Transitions {
    private Transitions() {}

    /**
     * @param byWriter whether the writer made the new version; false if nobody knows
     * @param acked highest entry that the writer was told to be stored
     */
    static void check(LedgerMetadata before, LedgerMetadata next, boolean byWriter, long acked) {
        if (before.state() == LedgerState.CLOSED) {
            throw LedgerWitness.violation("I3", "a closed record changed from %s to %s", before, next);
        }
        if (before.state() == LedgerState.IN_RECOVERY && next.state() == LedgerState.OPEN) {
            throw LedgerWitness.violation("R8", "a record went back from IN_RECOVERY to OPEN");
        }
        fragments(before, next, acked);
        if (byWriter && before.state() != LedgerState.OPEN) {
            throw LedgerWitness.violation("R8", "the writer changed a record that is %s to %s", before.state(), next);
        }
        if (!next.closed()
                && next.state() == LedgerState.IN_RECOVERY
                && !before.fragments().equals(next.fragments())) {
            throw LedgerWitness.violation(
                    "R8",
                    "the fragments changed before the end of a recovery: %s became %s",
                    before.fragments(),
                    next.fragments());
        }
    }

    /** Only the last fragment may change, and what is appended starts where everything before is confirmed (I7, I14). */
    private static void fragments(LedgerMetadata before, LedgerMetadata next, long acked) {
        List<Fragment> old = before.fragments();
        List<Fragment> now = next.fragments();
        for (int i = 0; i < Math.min(old.size(), now.size()); i++) {
            if (old.get(i).firstEntry() != now.get(i).firstEntry()) {
                throw LedgerWitness.violation("I7", "the fragments %s became %s", old, now);
            }
            if (i < old.size() - 1 && !old.get(i).bookies().equals(now.get(i).bookies())) {
                throw LedgerWitness.violation("I7", "a sealed fragment changed: %s became %s", old, now);
            }
        }
        for (int i = 1; i < now.size(); i++) {
            if (now.get(i).firstEntry() <= now.get(i - 1).firstEntry()) {
                throw LedgerWitness.violation("I7", "the fragments %s do not ascend", now);
            }
        }
        if (next.state() == LedgerState.OPEN && next.lastFragment().firstEntry() > acked + 1) {
            throw LedgerWitness.violation(
                    "I14",
                    "a fragment was begun at %d, but only entries up to %d are confirmed",
                    next.lastFragment().firstEntry(),
                    acked);
        }
    }
}
