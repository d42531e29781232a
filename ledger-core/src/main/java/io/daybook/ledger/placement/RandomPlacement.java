package io.daybook.ledger.placement;

import io.daybook.base.seam.Entropy;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Any eligible bookie is as good as any other of its weight: spreads ledgers evenly over bookies, wherever they stand. */
public final class RandomPlacement implements PlacementPolicy {
    private final Entropy entropy;

    public RandomPlacement(Entropy entropy) {
        this.entropy = entropy;
    }

    @Override
    public Choice newEnsemble(Replication replication, Candidates candidates, Map<BookieId, String> excluded) {
        return choose(replication.ensemble(), candidates, new Screening(candidates, List.of(), excluded));
    }

    @Override
    public Choice replacements(
            Replication replication,
            List<BookieId> ensemble,
            List<Integer> slots,
            Candidates candidates,
            Map<BookieId, String> excluded) {
        return choose(slots.size(), candidates, new Screening(candidates, ensemble, excluded));
    }

    private Choice choose(int wanted, Candidates candidates, Screening screened) {
        var draw = new WeightedDraw<BookieId>(screened.eligible(), candidates.topology()::weight, entropy);
        List<BookieId> chosen = new ArrayList<>(wanted);
        while (chosen.size() < wanted && !draw.isEmpty()) {
            chosen.add(draw.draw());
        }
        return new Choice(chosen, wanted, screened.reasons());
    }
}
