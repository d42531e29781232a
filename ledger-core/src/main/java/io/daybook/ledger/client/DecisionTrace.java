package io.daybook.ledger.client;

import io.daybook.ledger.LedgerId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last decisions taken for one ledger, as sentences (R98): ensemble changes, verdicts, seals. Bounded: the oldest are forgotten and
 * counted. Belongs to the handle's loop.
 */
final class DecisionTrace {
    private static final int DECISIONS_MAX = 256; // a recovery of a full window leaves ten lines, a change three

    private final LedgerId ledger;
    private final int decisionsMax;
    private final ArrayDeque<String> decisions = new ArrayDeque<>();
    private long forgotten;

    DecisionTrace(LedgerId ledger) {
        this(ledger, DECISIONS_MAX);
    }

    private DecisionTrace(LedgerId ledger, int decisionsMax) {
        this.ledger = ledger;
        this.decisionsMax = decisionsMax;
    }

    /** One that keeps nothing, and spends nothing on putting sentences together. */
    static DecisionTrace none(LedgerId ledger) {
        return new DecisionTrace(ledger, 0);
    }

    LedgerId ledger() {
        return ledger;
    }

    void note(String format, @Nullable Object... values) {
        if (decisionsMax == 0) {
            return;
        }
        if (decisions.size() == decisionsMax) {
            decisions.removeFirst();
            forgotten++;
        }
        decisions.addLast(format.formatted(values));
    }

    /** Oldest first. */
    List<String> decisions() {
        return new ArrayList<>(decisions);
    }

    /** One line per decision, numbered from the first one ever taken. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("ledger ").append(ledger).append('\n');
        long number = forgotten;
        if (forgotten > 0) {
            text.append("  (").append(forgotten).append(" earlier decisions forgotten)\n");
        }
        for (String decision : decisions) {
            text.append("  ").append(++number).append(". ").append(decision).append('\n');
        }
        return text.toString();
    }
}
