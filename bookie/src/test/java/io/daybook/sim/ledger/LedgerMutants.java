package io.daybook.sim.ledger;

import io.daybook.sim.PlantedBugs;
import java.util.ArrayList;
import java.util.List;

/** Each {@link Mutant} with the story in memory, for {@code daybook simulate --mutants}. */
public final class LedgerMutants implements PlantedBugs {
    private static final int SINGLES = 26; // rules of one line each; those of a replicator come with it

    @Override
    public String layer() {
        return "ledger";
    }

    @Override
    public List<Bug> all() {
        List<Bug> all = new ArrayList<>();
        for (Mutant mutant : Mutant.values()) {
            if (mutant != Mutant.NONE) {
                all.add(new Bug(
                        mutant.name(), mutant.rule(), mutant.bug(), all.size() < SINGLES, new LedgerScenario(mutant)));
            }
        }
        return all;
    }

    @Override
    public int foundMin() {
        return SINGLES;
    }

    @Override
    public int foundSoonMin() {
        return 21;
    }
}
