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
    /** When not all failed slots can be replaced, parts of so many are tried; what is left over is the next round's. */
    private static final int PART_SLOTS_MAX = 8;

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

    /** Failed slots, a bit set. */
    long failed() {
        return failed;
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

    /**
     * What to do about the failed slots (R46 step 4): all replaced, or as many as can be while every write set keeps an ack quorum, no matter
     * which; or nothing, if that is enough too.
     *
     * @param picker asked for some of the failed slots at a time
     */
    Plan plan(Picker picker) {
        List<Integer> slots = failedSlots();
        Choice all = picker.pick(ensemble.members(), slots);
        if (all.complete()) {
            return new Plan(Verdict.CHANGE, replaced(slots, all), all);
        }
        int candidates = Math.min(slots.size(), PART_SLOTS_MAX);
        for (int size = Math.min(slots.size() - 1, candidates); size > 0; size--) {
            for (int part = 1; part < 1 << candidates; part++) {
                if (Integer.bitCount(part) != size) {
                    continue;
                }
                List<Integer> some = part(slots, part);
                if (ensemble.keepsAckQuorum(failed & ~bits(some))) {
                    Choice choice = picker.pick(ensemble.members(), some);
                    if (choice.complete()) {
                        return new Plan(Verdict.CHANGE, replaced(some, choice), all);
                    }
                }
            }
        }
        Verdict verdict = ensemble.keepsAckQuorum(failed) ? Verdict.DEGRADED : Verdict.TOO_FEW;
        return new Plan(verdict, ensemble.members(), all);
    }

    private static List<Integer> part(List<Integer> slots, int chosen) {
        List<Integer> some = new ArrayList<>();
        for (int i = 0; i < PART_SLOTS_MAX; i++) {
            if ((chosen & 1 << i) != 0) {
                some.add(slots.get(i));
            }
        }
        return some;
    }

    private static long bits(List<Integer> slots) {
        long bits = 0;
        for (int slot : slots) {
            bits |= 1L << slot;
        }
        return bits;
    }

    private List<BookieId> replaced(List<Integer> slots, Choice choice) {
        List<BookieId> next = new ArrayList<>(ensemble.members());
        for (int i = 0; i < slots.size(); i++) {
            next.set(slots.get(i), choice.bookies().get(i));
        }
        return List.copyOf(next);
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

    /** Names bookies that may step in for {@code slots} of {@code members}, in that order. */
    interface Picker {
        Choice pick(List<BookieId> members, List<Integer> slots);
    }

    /**
     * What to do.
     *
     * @param members the list to go on with
     * @param replacements what there was for all failed slots, for messages
     */
    record Plan(Verdict verdict, List<BookieId> members, Choice replacements) {}
}
