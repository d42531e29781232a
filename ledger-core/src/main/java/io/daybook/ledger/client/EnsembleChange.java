package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.placement.Choice;
import java.util.ArrayList;
import java.util.List;

/**
 * Which slots have failed and what can be done about it: steps 1, 3 and 4 of an ensemble change (R46). The writer commits the result
 * to metadata before using it; a recoverer uses it at once but tells nobody before it closes the ledger (R52).
 *
 * <p>A slot stays failed until another bookie holds it. Belongs to one state machine; decides only, does nothing.
 */
final class EnsembleChange {
    private final Ensemble ensemble;
    private final String[] reasons; // of failed slots
    private long failed; // bit per slot

    EnsembleChange(Ensemble ensemble) {
        this.ensemble = ensemble;
        this.reasons = new String[ensemble.size()];
    }

    /** Notes that the bookie now at {@code slot} failed; returns false if that was known. */
    boolean fail(int slot, String why) {
        if ((failed & 1L << slot) != 0) {
            return false;
        }
        failed |= 1L << slot;
        reasons[slot] = why;
        return true;
    }

    boolean failed(int slot) {
        return (failed & 1L << slot) != 0;
    }

    boolean anyFailed() {
        return failed != 0;
    }

    /** Failed slots, ascending. */
    List<Integer> failedSlots() {
        List<Integer> slots = new ArrayList<>();
        for (int slot = 0; slot < ensemble.size(); slot++) {
            if (failed(slot)) {
                slots.add(slot);
            }
        }
        return slots;
    }

    /** What to do, given the {@code replacements} that exist for {@link #failedSlots()} in their order. */
    Plan plan(Choice replacements) {
        List<BookieId> next = new ArrayList<>(ensemble.members());
        long stillFailed = failed;
        List<Integer> slots = failedSlots();
        for (int i = 0; i < replacements.bookies().size(); i++) {
            int slot = slots.get(i);
            next.set(slot, replacements.bookies().get(i));
            stillFailed &= ~(1L << slot);
        }
        if (stillFailed != 0 && !ensemble.keepsAckQuorum(stillFailed)) {
            return new Plan(Verdict.TOO_FEW, ensemble.members());
        }
        if (stillFailed == failed) {
            return new Plan(Verdict.DEGRADED, ensemble.members());
        }
        return new Plan(Verdict.CHANGE, List.copyOf(next));
    }

    /** Puts {@code next} into place; slots that changed hands are healthy again. Returns them. */
    long install(List<BookieId> next) {
        long replaced = ensemble.install(next);
        failed &= ~replaced;
        return replaced;
    }

    /** Failed slots with their bookies and reasons, for messages. */
    String explained() {
        StringBuilder text = new StringBuilder();
        for (int slot : failedSlots()) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(ensemble.member(slot))
                    .append(" (")
                    .append(reasons[slot])
                    .append(')');
        }
        return text.toString();
    }

    /** What a round comes to. */
    enum Verdict {
        /** Go on with {@link Plan#members}. */
        CHANGE,
        /** Nobody can step in, but every write set keeps an ack quorum: carry on and try again later. */
        DEGRADED,
        /** Some write set has no ack quorum left. */
        TOO_FEW
    }

    /** The verdict and the list to go on with. */
    record Plan(Verdict verdict, List<BookieId> members) {}
}
