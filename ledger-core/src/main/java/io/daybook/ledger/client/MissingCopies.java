package io.daybook.ledger.client;

import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.RepairHint;
import java.util.List;
import java.util.function.Supplier;

/**
 * Who lacks a copy of a confirmed entry (R45): for certain, as a hint, or perhaps, as long as an add is open at a bookie that has left
 * its slot. Belongs to one state machine.
 */
final class MissingCopies implements AppendWindow.Laggards {
    private final Ensemble ensemble;
    private final Supplier<LedgerMetadata> record;
    private final RepairHints hints;
    private final Stragglers stragglers;
    private boolean idle; // the ledger is gone

    /** @param record the ledger's record as last committed */
    MissingCopies(Ensemble ensemble, Supplier<LedgerMetadata> record) {
        this.ensemble = ensemble;
        this.record = record;
        this.hints = new RepairHints(ensemble.size());
        this.stragglers = new Stragglers(hints);
    }

    @Override
    public void missed(long entry, long slots) {
        Fragment fragment = record.get().fragmentOf(entry);
        for (int slot = 0; slot < ensemble.size() && !idle; slot++) {
            if ((slots & 1L << slot) != 0) {
                hints.note(fragment.firstEntry(), slot, fragment.bookies().get(slot), entry);
            }
        }
    }

    @Override
    public void late(long entry, long slots) {
        Fragment fragment = record.get().fragmentOf(entry);
        for (int slot = 0; slot < ensemble.size() && !idle; slot++) {
            if ((slots & 1L << slot) != 0) {
                stragglers.expect(
                        fragment.firstEntry(),
                        slot,
                        ensemble.tenure(slot),
                        fragment.bookies().get(slot),
                        entry);
            }
        }
    }

    /** An add that the window counts no more has ended. */
    void ended(int slot, int tenure, long entry, boolean stored) {
        stragglers.ended(slot, tenure, entry, stored);
    }

    /** Whether no open add may still become a copy. */
    boolean settled() {
        return stragglers.isEmpty();
    }

    /** Waits no longer for open adds: they count as missing. */
    void giveUp() {
        stragglers.giveUp();
    }

    /** The ledger is gone, and with it everything that was to be repaired. */
    void forget() {
        idle = true;
        stragglers.giveUp();
        hints.clear();
    }

    List<RepairHint> hints() {
        return hints.list();
    }
}
