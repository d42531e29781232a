package io.daybook.sim.ledger;

import io.daybook.bookie.ledger.BookieMutants;
import io.daybook.ledger.client.ClientMutants;
import io.daybook.sim.Scenario;
import io.daybook.sim.ScenarioResult;
import io.daybook.sim.SimFaults;
import io.daybook.sim.SimMode;
import io.daybook.sim.SimRandom;
import io.daybook.sim.SimWorld;
import java.util.LinkedHashSet;
import java.util.Set;

/** Writer, recoverers, readers and the protocol core of the bookies, over stores in memory: {@link LedgerStory}. */
public final class LedgerScenario implements Scenario {
    private final Mutant mutant;

    /** The product as it is. */
    public LedgerScenario() {
        this(Mutant.NONE);
    }

    /** The product with a bug. */
    LedgerScenario(Mutant mutant) {
        this.mutant = mutant;
    }

    @Override
    public String name() {
        return mutant == Mutant.NONE ? "takeover" : "takeover!" + mutant.name();
    }

    @Override
    public Set<? extends Enum<?>> marks() {
        Set<Enum<?>> marks = new LinkedHashSet<>(ClientMutants.marks());
        marks.addAll(BookieMutants.marks());
        return marks;
    }

    @Override
    public ScenarioResult run(long seed, Options options) {
        SimRandom random = new SimRandom(seed).split("ledger plan");
        SimMode mode = SimMode.values()[random.below(SimMode.values().length)];
        LedgerPlan plan = LedgerPlan.drawn(random);
        SimWorld world = new SimWorld(seed, mode, SimFaults.none());
        return ScenarioResult.of(world, options, () -> new LedgerStory(world, plan, mutant, false).tell());
    }
}
