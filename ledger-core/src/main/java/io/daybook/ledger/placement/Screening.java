package io.daybook.ledger.placement;

import io.daybook.ledger.BookieId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What all policies agree on: who may be chosen at all, and why the others may not (R46 step 3). */
final class Screening {
    private final List<BookieId> eligible = new ArrayList<>();
    private final Map<BookieId, String> reasons;

    Screening(Candidates candidates, List<BookieId> ensemble, Map<BookieId, String> excluded) {
        reasons = new TreeMap<>(excluded);
        for (BookieId member : ensemble) {
            reasons.putIfAbsent(member, "is in the ensemble already");
        }
        for (BookieId bookie : candidates.readOnly()) {
            reasons.putIfAbsent(bookie, "is read-only");
        }
        for (BookieId bookie : candidates.writable()) {
            if (!reasons.containsKey(bookie)) {
                eligible.add(bookie);
            }
        }
        for (Map.Entry<BookieId, String> reason : reasons.entrySet()) {
            if (!candidates.registered(reason.getKey())) {
                reason.setValue(reason.getValue() + " and is not registered");
            }
        }
    }

    /** May be chosen, by id; a list of the caller's. */
    List<BookieId> eligible() {
        return eligible;
    }

    /** Why others may not; a map of the caller's. */
    Map<BookieId, String> reasons() {
        return reasons;
    }
}
