package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SimQueueTest {

    @Test
    void takesEventsOutInTheirOrderWhateverWasRemovedBetween() {
        for (long seed = 0; seed < 300; seed++) {
            SimRandom random = new SimRandom(seed);
            SimQueue queue = new SimQueue();
            List<SimEvent> expected = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                if (!expected.isEmpty() && random.below(3) == 0) {
                    SimEvent removed = expected.remove(random.below(expected.size()));
                    queue.remove(removed);
                    queue.remove(removed);
                } else {
                    SimEvent event = event(random.below(20), random.nextLong(), random.flip());
                    expected.add(event);
                    queue.add(event);
                }
            }
            expected.sort(Comparator.<SimEvent>comparingLong(event -> event.at).thenComparingLong(event -> event.tie));

            assertThat(queue.foreground()).isEqualTo((int)
                    expected.stream().filter(event -> !event.background).count());
            List<SimEvent> taken = new ArrayList<>();
            for (SimEvent next = queue.first(); next != null; next = queue.first()) {
                queue.remove(next);
                taken.add(next);
            }

            assertThat(taken).as("seed %d", seed).containsExactlyElementsOf(expected);
            assertThat(queue.size()).isZero();
        }
    }

    private static SimEvent event(long at, long tie, boolean background) {
        SimEvent event = new SimEvent() {
            @Override
            void fire() {}
        };
        event.at = at;
        event.tie = tie;
        event.background = background;
        return event;
    }
}
