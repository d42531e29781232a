package io.daybook.sim.ledger;

import io.daybook.base.seam.Probe;

/** The probe of a client: marks are counted; how patient recoveries are, and how far they read ahead, is the plan's to say. */
record ClientProbe(Probe probe, LedgerPlan plan) implements Probe {

    @Override
    public void reached(Enum<?> mark) {
        probe.reached(mark);
    }

    @Override
    public int decision(String id, int n) {
        return switch (id) {
            case "recovery-grace" -> plan.hasty() ? n - 1 : 0;
            case "recovery-window" -> Math.min(n - 1, plan.fewAhead());
            default -> probe.decision(id, n);
        };
    }
}
