package io.daybook.base.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.sim.SimWorld;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LoopsTest {

    @Test
    void spreadsNeighbouringIdsEvenlyAndAlwaysTheSameWay() {
        Loops loops = new SimWorld(1).node("n1").loops("db-loop", 4);
        Map<Loop, Integer> counts = new LinkedHashMap<>();

        for (long id = 0; id < 10_000; id++) {
            assertThat(loops.of(id)).isSameAs(loops.of(id));
            counts.merge(loops.of(id), 1, Integer::sum);
        }

        assertThat(counts).hasSize(4);
        assertThat(counts.values()).allMatch(count -> count > 2_200 && count < 2_800);
    }

    @Test
    void acceptsNegativeIdsAndOneLoop() {
        Loops one = new SimWorld(1).node("n1").loops("db-loop", 1);

        assertThat(one.of(-7)).isSameAs(one.all().get(0));
        assertThat(new SimWorld(1).node("n1").loops("db-loop", 3).of(Long.MIN_VALUE))
                .isNotNull();
    }

    @Test
    void refusesNoLoops() {
        assertThatThrownBy(() -> new Loops(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
