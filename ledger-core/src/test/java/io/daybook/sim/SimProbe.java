package io.daybook.sim;

import io.daybook.base.seam.Probe;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts the branches that were taken, and takes rare choices at a rate that is drawn once per run and place. */
public final class SimProbe implements Probe {
    private final SimWorld world;
    private final SimRandom random;
    private final Map<String, Boolean> active = new LinkedHashMap<>();

    SimProbe(SimWorld world, SimRandom random) {
        this.world = world;
        this.random = random;
    }

    @Override
    public void reached(Enum<?> mark) {
        world.mark(mark);
    }

    @Override
    public int decision(String id, int n) {
        int rate = world.faults().rareDecision;
        if (n <= 1 || rate == 0 || !active.computeIfAbsent(id, first -> random.flip())) {
            return 0;
        }
        int rare = random.chance(rate) ? random.below(n) : 0;
        int choice = rare != 0 && world.happens("rare-choice") ? rare : 0;
        world.note(id, "decision", choice, n);
        return choice;
    }
}
