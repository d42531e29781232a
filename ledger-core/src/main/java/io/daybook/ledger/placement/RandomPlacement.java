package io.daybook.ledger.placement;

import io.daybook.base.seam.Entropy;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Any eligible bookie is as good as any other: spreads ledgers evenly over bookies of equal size. */
public final class RandomPlacement implements PlacementPolicy {
    private final Entropy entropy;

    public RandomPlacement(Entropy entropy) {
        this.entropy = entropy;
    }

    @Override
    public Choice newEnsemble(Replication replication, Candidates candidates, Map<BookieId, String> excluded) {
        return choose(replication.ensemble(), candidates, new TreeMap<>(excluded));
    }

    @Override
    public Choice replacements(
            Replication replication,
            List<BookieId> ensemble,
            List<Integer> slots,
            Candidates candidates,
            Map<BookieId, String> excluded) {
        Map<BookieId, String> reasons = new TreeMap<>(excluded);
        for (BookieId member : ensemble) {
            reasons.putIfAbsent(member, "is in the ensemble already");
        }
        return choose(slots.size(), candidates, reasons);
    }

    private Choice choose(int wanted, Candidates candidates, Map<BookieId, String> reasons) {
        List<BookieId> eligible = new ArrayList<>();
        for (BookieId bookie : candidates.writable()) {
            if (!reasons.containsKey(bookie)) {
                eligible.add(bookie);
            }
        }
        for (BookieId bookie : candidates.readOnly()) {
            if (!candidates.writable().contains(bookie)) {
                reasons.putIfAbsent(bookie, "is read-only");
            }
        }
        for (Map.Entry<BookieId, String> reason : reasons.entrySet()) {
            if (!candidates.registered(reason.getKey())) {
                reason.setValue(reason.getValue() + " and is not registered");
            }
        }
        List<BookieId> chosen = new ArrayList<>(wanted);
        while (chosen.size() < wanted && !eligible.isEmpty()) {
            int last = eligible.size() - 1;
            int at = entropy.nextInt(eligible.size());
            chosen.add(eligible.get(at));
            eligible.set(at, eligible.get(last)); // order does not matter, all are equally likely
            eligible.remove(last);
        }
        return new Choice(chosen, wanted, reasons);
    }
}
