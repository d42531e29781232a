package io.daybook.sim.ledger;

import io.daybook.sim.Scenario;
import io.daybook.sim.ScenarioResult;
import io.daybook.sim.SimFaults;
import io.daybook.sim.SimMode;
import io.daybook.sim.SimRandom;
import io.daybook.sim.SimWorld;

/** As {@link LedgerScenario}, with whole bookies: journal, entry logs and index on simulated disks. */
public final class StorageScenario implements Scenario {
    @Override
    public String name() {
        return "takeover-on-disk";
    }

    @Override
    public long runs(long asked) {
        return Math.max(1, asked / 40);
    }

    @Override
    public ScenarioResult run(long seed, Options options) {
        SimRandom random = new SimRandom(seed).split("storage plan");
        SimMode mode = SimMode.values()[random.below(SimMode.values().length)];
        LedgerPlan plan = LedgerPlan.drawn(random);
        SimWorld world = new SimWorld(seed, mode, SimFaults.none());
        return ScenarioResult.of(world, options, () -> new LedgerStory(world, plan, Mutant.NONE, true).tell());
    }
}
