package io.daybook.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every draw of a run that made something unusual happen, numbered within its named stream; a replay may keep some of them only.
 *
 * <p>A number counts the decisions of its stream whether they happened or were suppressed. Draws go on as if nothing was suppressed, so
 * that a decision means the same in a run with fewer of them, as far as that run takes the same way.
 */
final class SimDecisions {
    private final Map<String, int[]> counts = new LinkedHashMap<>();
    private final List<Decision> happened = new ArrayList<>();
    private @Nullable Set<Decision> kept; // null: all

    /** The {@code index}th decision of {@code stream}, from 0 on. */
    record Decision(String stream, int index) {}

    /** From now on only {@code some} happen; null for all. */
    void keepOnly(@Nullable Set<Decision> some) {
        kept = some == null ? null : new LinkedHashSet<>(some);
    }

    /** Counts one more decision of {@code stream}; false if it is suppressed. */
    boolean happens(String stream) {
        Decision next = new Decision(stream, counts.computeIfAbsent(stream, first -> new int[1])[0]++);
        if (kept != null && !kept.contains(next)) {
            return false;
        }
        happened.add(next);
        return true;
    }

    /** Those that were not suppressed, in the order in which they happened. */
    List<Decision> happened() {
        return List.copyOf(happened);
    }
}
