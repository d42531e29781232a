package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.seam.Probe;
import io.daybook.base.seam.ProbeContract;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SimProbeTest extends ProbeContract {
    private final SimWorld world = new SimWorld(1);

    private enum Mark {
        HERE
    }

    @Override
    protected Probe probe() {
        return world.node("n1").probe();
    }

    @Test
    void countsMarks() {
        probe().reached(Mark.HERE);
        probe().reached(Mark.HERE);

        assertThat(world.reached()).containsEntry("Mark.HERE", 2L);
    }

    @Test
    void takesRareChoicesOnlyInAWorldThatExplores() {
        assertThat(probe().decision("calm", 10)).isZero();

        world.faults().rareDecision = 500_000;
        Set<Integer> chosen = new LinkedHashSet<>();
        for (int place = 0; place < 20; place++) {
            for (int i = 0; i < 50; i++) {
                chosen.add(probe().decision("place " + place, 4));
            }
        }
        assertThat(chosen).hasSize(4);
    }
}
