package io.daybook.ledger.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import io.daybook.ledger.metadata.Labels;
import io.daybook.ledger.placement.SpreadPlacement.Strictness;
import io.daybook.sim.SimRandom;
import io.daybook.sim.SimWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What rack-aware placement comes to in small clusters, against all that could have been chosen. */
final class SpreadPlacementProperties {

    @Property(tries = 400)
    void aNewEnsembleSpreadsAsWellAsAnyCould(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int minimum) {
        Case c = new Case(seed);
        int best = c.bestNew();

        Choice preferred = c.policy(Strictness.PREFER, minimum).newEnsemble(c.replication, c.candidates, Map.of());
        Choice required = c.policy(Strictness.REQUIRE, minimum).newEnsemble(c.replication, c.candidates, Map.of());

        if (c.bookies.size() < c.replication.ensemble()) {
            assertThat(preferred.complete()).isFalse();
            assertThat(required.complete()).isFalse();
            return;
        }
        assertThat(preferred.bookies()).doesNotHaveDuplicates().hasSize(c.replication.ensemble());
        assertThat(c.least(preferred.bookies())).as(c.toString()).isEqualTo(best);
        assertThat(required.complete())
                .as(c.toString())
                .isEqualTo(best >= Math.min(minimum, c.replication.writeQuorum()));
        if (required.complete()) {
            assertThat(c.least(required.bookies())).as(c.toString()).isEqualTo(best);
        } else {
            assertThat(required.explained()).contains("each write set must span");
        }
    }

    @Property(tries = 400)
    void aReplacementKeepsTheSpreadOfEveryWriteSetItTakesPartIn(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int minimum) {
        Case c = new Case(seed);
        if (c.bookies.size() < c.replication.ensemble()) {
            return;
        }
        List<BookieId> ensemble = c.shuffled().subList(0, c.replication.ensemble());
        List<Integer> slots = c.someSlots();
        int floor = Math.min(minimum, c.replication.writeQuorum());

        Choice required = c.policy(Strictness.REQUIRE, minimum)
                .replacements(c.replication, ensemble, slots, c.candidates, Map.of());
        Choice preferred = c.policy(Strictness.PREFER, minimum)
                .replacements(c.replication, ensemble, slots, c.candidates, Map.of());

        List<List<BookieId>> all = c.replaced(ensemble, slots);
        assertThat(preferred.complete()).as(c.toString()).isEqualTo(!all.isEmpty());
        assertThat(required.complete())
                .as(c.toString())
                .isEqualTo(all.stream().anyMatch(each -> c.keeps(ensemble, slots, each, floor)));
        for (Choice choice : List.of(required, preferred)) {
            assertThat(choice.bookies()).doesNotHaveDuplicates().doesNotContainAnyElementsOf(ensemble);
            if (choice.complete()) {
                List<BookieId> next = new ArrayList<>(ensemble);
                for (int i = 0; i < slots.size(); i++) {
                    next.set(slots.get(i), choice.bookies().get(i));
                }
                int goal = all.stream()
                        .filter(each -> choice == preferred || c.keeps(ensemble, slots, each, floor))
                        .mapToInt(each -> c.goal(ensemble, slots, each))
                        .max()
                        .orElseThrow();
                assertThat(c.goal(ensemble, slots, next)).as(c.toString()).isEqualTo(goal);
            }
        }
    }

    /** A small cluster with everything that could be done in it. */
    private static final class Case {
        private final SimRandom random;
        private final SimWorld world;
        final List<BookieId> bookies = new ArrayList<>();
        final Replication replication;
        final Candidates candidates;

        Case(long seed) {
            world = new SimWorld(seed);
            random = world.random("case");
            int racks = 1 + random.below(4);
            TreeMap<BookieId, Labels> labels = new TreeMap<>();
            int count = 2 + random.below(6);
            for (int i = 0; i < count; i++) {
                BookieId id = new BookieId("b" + i);
                bookies.add(id);
                if (random.below(8) > 0) { // else it does not say where it stands
                    labels.put(id, Labels.parse("rack=r" + Math.min(random.below(racks), random.below(racks))));
                }
            }
            int ensemble = 1 + random.below(5);
            int writeQuorum = 1 + random.below(ensemble);
            replication = new Replication(ensemble, writeQuorum, 1 + random.below(writeQuorum));
            candidates = new Candidates(bookies, List.of(), Topology.of(labels));
        }

        PlacementPolicy policy(Strictness strictness, int minimum) {
            return new SpreadPlacement(
                    FailureDomain.RACK, strictness, minimum, world.node("n").entropy());
        }

        String rack(BookieId bookie) {
            return candidates.topology().domain(bookie, FailureDomain.RACK);
        }

        int spans(List<BookieId> members, int start) {
            TreeSet<String> racks = new TreeSet<>();
            for (int i = 0; i < replication.writeQuorum(); i++) {
                racks.add(rack(members.get((start + i) % members.size())));
            }
            return racks.size();
        }

        /** Racks of the write set that spans fewest. */
        int least(List<BookieId> members) {
            int least = Integer.MAX_VALUE;
            for (int start = 0; start < members.size(); start++) {
                least = Math.min(least, spans(members, start));
            }
            return least;
        }

        int bestNew() {
            int best = 0;
            for (List<BookieId> each : arrangements(new ArrayList<>(), replication.ensemble())) {
                best = Math.max(best, least(each));
            }
            return best;
        }

        private List<List<BookieId>> arrangements(List<BookieId> begun, int size) {
            if (begun.size() == size) {
                return List.of(List.copyOf(begun));
            }
            List<List<BookieId>> all = new ArrayList<>();
            for (BookieId next : bookies) {
                if (!begun.contains(next)) {
                    begun.add(next);
                    all.addAll(arrangements(begun, size));
                    begun.remove(next);
                }
            }
            return all;
        }

        List<BookieId> shuffled() {
            List<BookieId> left = new ArrayList<>(bookies);
            List<BookieId> order = new ArrayList<>();
            while (!left.isEmpty()) {
                order.add(left.remove(random.below(left.size())));
            }
            return order;
        }

        List<Integer> someSlots() {
            List<Integer> slots = new ArrayList<>();
            for (int slot = 0; slot < replication.ensemble(); slot++) {
                if (random.below(3) == 0 || slot == replication.ensemble() - 1 && slots.isEmpty()) {
                    slots.add(slot);
                }
            }
            return slots;
        }

        /** Every list that comes of {@code ensemble} by putting bookies from outside at {@code slots}. */
        List<List<BookieId>> replaced(List<BookieId> ensemble, List<Integer> slots) {
            List<List<BookieId>> all = new ArrayList<>();
            for (List<BookieId> choice : arrangements(new ArrayList<>(), slots.size())) {
                List<BookieId> next = new ArrayList<>(ensemble);
                boolean fresh = true;
                for (int i = 0; i < slots.size(); i++) {
                    fresh &= !ensemble.contains(choice.get(i));
                    next.set(slots.get(i), choice.get(i));
                }
                if (fresh) {
                    all.add(next);
                }
            }
            return all;
        }

        private boolean touches(int start, List<Integer> slots) {
            for (int i = 0; i < replication.writeQuorum(); i++) {
                if (slots.contains((start + i) % replication.ensemble())) {
                    return true;
                }
            }
            return false;
        }

        boolean keeps(List<BookieId> before, List<Integer> slots, List<BookieId> after, int floor) {
            for (int start = 0; start < before.size(); start++) {
                if (touches(start, slots) && spans(after, start) < Math.min(floor, spans(before, start))) {
                    return false;
                }
            }
            return true;
        }

        /** The largest number that each changed write set comes up to, or to all it could span by itself. */
        int goal(List<BookieId> before, List<Integer> slots, List<BookieId> after) {
            int goal = replication.writeQuorum();
            List<List<BookieId>> all = replaced(before, slots);
            for (int start = 0; start < before.size(); start++) {
                if (touches(start, slots)) {
                    int at = start;
                    int cap =
                            all.stream().mapToInt(each -> spans(each, at)).max().orElse(0);
                    int has = spans(after, start);
                    goal = has >= cap ? goal : Math.min(goal, has);
                }
            }
            return goal;
        }

        @Override
        public String toString() {
            List<String> racks = bookies.stream().map(b -> b + " in " + rack(b)).toList();
            return replication + " on " + racks;
        }
    }
}
