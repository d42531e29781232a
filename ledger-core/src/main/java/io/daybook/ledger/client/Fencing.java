package io.daybook.ledger.client;

import io.daybook.ledger.Fragment;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Fences the bookies of the last fragment, and once enough are fenced gives the slow ones a moment: step 3 of a recovery (R48). Belongs to
 * one attempt.
 */
final class Fencing {
    /** How long slow bookies may still raise the starting point once enough are fenced. */
    private static final Duration GRACE = Duration.ofMillis(200);

    private final int attempt;
    private final Fragment snapshot;
    private final FenceQuorum fences;
    private final RecoveryEffects effects;
    private boolean graceAsked;

    Fencing(int attempt, Fragment snapshot, FenceQuorum fences, RecoveryEffects effects) {
        this.attempt = attempt;
        this.snapshot = snapshot;
        this.fences = fences;
        this.effects = effects;
    }

    /** Asks every slot. */
    void begin() {
        for (int slot = 0; slot < snapshot.bookies().size(); slot++) {
            effects.fence(attempt, snapshot.bookies().get(slot), slot);
        }
    }

    boolean answered(int slot) {
        return fences.answered(slot);
    }

    /** Counts the answer of a slot that has not answered before. Borrows {@code copy}, its last entry, which is there with POSITIVE only. */
    void onReply(int slot, Evidence evidence, @Nullable ByteBuf copy) {
        if (copy != null) {
            effects.reached(RecovererMark.FENCE_SHOWED_ENTRY);
            fences.positive(slot, copy);
        } else if (evidence == Evidence.NEGATIVE) {
            effects.reached(RecovererMark.FENCE_EMPTY);
            fences.negative(slot);
        } else {
            effects.reached(RecovererMark.FENCE_UNKNOWN);
            fences.unknown(slot);
        }
    }

    /** What the answers come to; asks for the moment that slow bookies get when it finds enough for the first time. */
    Verdict judge() {
        boolean covers = fences.covers();
        if (fences.allAnswered()) {
            if (covers) {
                return Verdict.STANDS;
            }
            effects.reached(RecovererMark.FENCE_TOO_FEW);
            return Verdict.TOO_FEW;
        }
        if (covers && !graceAsked) {
            graceAsked = true;
            effects.reached(RecovererMark.FENCE_WAITS);
            effects.pause(attempt, RecoveryEffects.Pause.FENCE, 0, effects.graceNanos(GRACE.toNanos()));
        }
        return Verdict.OPEN;
    }

    /** What the slots have shown. */
    FenceQuorum fences() {
        return fences;
    }

    /** Whether entries may be read. */
    enum Verdict {
        /** Not yet: answers are missing, or the moment for slow bookies is not over. */
        OPEN,
        /** All have answered, and enough are fenced (R12). */
        STANDS,
        /** All have answered or failed, and too few are fenced. */
        TOO_FEW
    }
}
