package io.daybook.ledger.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.HostPort;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.BookieServiceInfo;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.Labels;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.ledger.placement.SpreadPlacement.Strictness;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Incidents of placement. Each test also runs the mistake itself and shows that it would be noticed. */
final class PlacementLessonsTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Replication FIVE = new Replication(5, 3, 2);

    private final SimWorld world = new SimWorld(23);
    private final SimNode node = world.node("n");

    private static List<BookieId> ids(String... names) {
        return Arrays.stream(names).map(BookieId::new).toList();
    }

    // ---- RG-10

    @Test
    void rg10FailedSlotsNeverGetTheSameBookie() {
        for (PlacementPolicy policy : policies()) {
            assertThat(twice((slots, candidates) -> {
                        Choice choice = policy.replacements(
                                FIVE, ids("b1", "b2", "b3", "b4", "b5"), slots, candidates, Map.of());
                        return choice.bookies();
                    }))
                    .isFalse();
            assertThat(twice((slots, candidates) -> { // the mistake: each slot for itself
                        List<BookieId> chosen = new ArrayList<>();
                        for (int slot : slots) {
                            chosen.addAll(policy.replacements(
                                            FIVE,
                                            ids("b1", "b2", "b3", "b4", "b5"),
                                            List.of(slot),
                                            candidates,
                                            Map.of())
                                    .bookies());
                        }
                        return chosen;
                    }))
                    .isTrue();
        }
        assertThatThrownBy(() -> new Choice(ids("b6", "b6"), 2, Map.of())).hasMessageContaining("names a bookie twice");
    }

    /** Whether, with three of five slots failed and few bookies left, one is named twice in any of many choices. */
    private static boolean twice(BiFunction<List<Integer>, Candidates, List<BookieId>> replace) {
        Candidates candidates = new Candidates(ids("b1", "b2", "b3", "b4", "b5", "b6", "b7", "b8"), List.of());
        for (int i = 0; i < 100; i++) {
            List<BookieId> chosen = replace.apply(List.of(0, 1, 3), candidates);
            if (new TreeSet<>(chosen).size() < chosen.size()) {
                return true;
            }
        }
        return false;
    }

    // ---- RG-21

    @Test
    void rg21ChoicesEndWhateverTheWeightsAre() {
        TreeMap<BookieId, Labels> weightless = new TreeMap<>();
        TreeMap<BookieId, Labels> skewed = new TreeMap<>();
        List<BookieId> bookies = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            BookieId id = new BookieId("10.0.0.1:" + (3000 + i)); // one host, neighbouring ports
            bookies.add(id);
            weightless.put(id, Labels.parse("weight=0,rack=r" + i % 3));
            skewed.put(id, Labels.parse((i == 0 ? "weight=1000" : "weight=0") + ",rack=r" + i % 3));
        }

        for (Map<BookieId, Labels> labels : List.of(weightless, skewed)) {
            Candidates candidates = new Candidates(bookies, List.of(), Topology.of(labels));
            Counted entropy = new Counted(node.entropy());
            for (PlacementPolicy policy : List.of(
                    new RandomPlacement(entropy),
                    new SpreadPlacement(FailureDomain.RACK, Strictness.PREFER, 2, entropy),
                    new SpreadPlacement(FailureDomain.ZONE, Strictness.PREFER, 2, entropy))) {
                entropy.numbers = 0;

                Choice choice = policy.newEnsemble(FIVE, candidates, Map.of());

                assertThat(choice.complete()).isTrue();
                assertThat(entropy.numbers).isLessThanOrEqualTo(bookies.size());
            }
        }
        Candidates candidates = new Candidates(bookies, List.of(), Topology.of(skewed));
        assertThatThrownBy(() -> drawnByTrial(candidates, new Counted(node.entropy()))) // the mistake
                .hasMessageContaining("no end");
    }

    /** Five bookies, each drawn again until chance finds one that has weight and was not drawn yet. */
    private static List<BookieId> drawnByTrial(Candidates candidates, Entropy entropy) {
        List<BookieId> drawn = new ArrayList<>();
        while (drawn.size() < 5) {
            BookieId next = candidates
                    .writable()
                    .get(entropy.nextInt(candidates.writable().size()));
            if (candidates.topology().weight(next) > 0 && !drawn.contains(next)) {
                drawn.add(next);
            }
        }
        return drawn;
    }

    @Test
    void rg21AClusterTooLargeToSearchIsSearchedWithinBounds() {
        TreeMap<BookieId, Labels> labels = new TreeMap<>();
        List<BookieId> bookies = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            BookieId id = new BookieId("b" + i);
            bookies.add(id);
            if (i % 2 == 0) {
                labels.put(id, Labels.parse("rack=r" + i % 64));
            }
        }
        Candidates candidates = new Candidates(bookies, List.of(), Topology.of(labels));

        Choice wide = policy(Strictness.REQUIRE, 64).newEnsemble(new Replication(64, 64, 1), candidates, Map.of());
        Choice window = policy(Strictness.REQUIRE, 20).newEnsemble(new Replication(63, 20, 1), candidates, Map.of());

        assertThat(wide.complete()).isTrue();
        assertThat(window.complete()).isTrue();
    }

    // ---- RG-23

    @Test
    void rg23ABookieThatReturnsElsewhereIsTakenByItsPresentRack() {
        MetadataUri uri = MetadataUri.parse("zk+hierarchical://metadata:2181/ledgers");
        ClusterLayout cluster =
                world.await(ClusterLayout.init(node.metaStore(), uri, node.entropy(), node.loop("meta")));
        Map<String, BookieRegistry> own = new TreeMap<>();
        for (String name : List.of("b1", "b2", "b3")) {
            own.put(name, new BookieRegistry(world.node(name).metaStore(), cluster));
            register(own, name, name, name.equals("b3") ? "rack=r2" : "rack=r1");
        }
        BookieRegistry registry = new BookieRegistry(node.metaStore(), cluster);
        world.await(registry.follow(node.loop("meta")));
        Candidates before = Candidates.NONE.after(registry.members());
        BookieId b1 = new BookieId("b1");
        PlacementPolicy strict = policy(Strictness.REQUIRE, 2);
        Replication two = new Replication(2, 2, 1);

        world.await(own.get("b1").unregister(b1, world.node("b1").loop("meta")));
        assertThat(world.runUntil(() -> registry.members().find(b1) == null, SOON))
                .isTrue();
        Candidates away = before.after(registry.members());
        register(own, "b1", "elsewhere", "rack=r7");
        assertThat(world.runUntil(() -> registry.members().find(b1) != null, SOON))
                .isTrue();
        Candidates back = away.after(registry.members());

        // while it is away it stands where it stood: b2 would bring both copies into rack r1
        assertThat(away.topology().domain(b1, FailureDomain.RACK)).isEqualTo("rack r1");
        Choice refused = strict.replacements(
                two, ids("b1", "b3"), List.of(1), new Candidates(ids("b2"), List.of(), away.topology()), Map.of());
        assertThat(refused.explained())
                .isEqualTo("found 0 of 1, since each write set must go on spanning 2 racks"
                        + " (b1 is in the ensemble already and is not registered, b2 is in rack r1 like slot 0 (b1),"
                        + " b3 is in the ensemble already and is not registered)");
        // back elsewhere it goes well with b2
        assertThat(pair(strict, back.topology()).complete()).isTrue();
        // the mistakes: the first rack remembered for ever, and one rack for all that is not known
        assertThat(pair(strict, before.topology()).complete()).isFalse();
        assertThat(pair(
                                strict,
                                Topology.of(Map.of(
                                        b1, Labels.parse("rack=r1"), new BookieId("b2"), Labels.parse("rack=r1"))))
                        .complete())
                .isFalse();
        registry.close();
    }

    /** A ledger for b1 and b2 alone. */
    private static Choice pair(PlacementPolicy policy, Topology topology) {
        return policy.newEnsemble(
                new Replication(2, 2, 1), new Candidates(ids("b1", "b2"), List.of(), topology), Map.of());
    }

    @Test
    void rg23BookiesThatSayNothingAreNotTakenToStandTogether() {
        Candidates candidates = new Candidates(ids("b1", "b2", "b3"), List.of());
        TreeMap<BookieId, Labels> lumped = new TreeMap<>();
        candidates.writable().forEach(bookie -> lumped.put(bookie, Labels.parse("rack=default-rack")));

        Choice choice = policy(Strictness.REQUIRE, 3).newEnsemble(Replication.DEFAULT, candidates, Map.of());
        Choice mistaken = policy(Strictness.REQUIRE, 3)
                .newEnsemble(
                        Replication.DEFAULT,
                        new Candidates(candidates.writable(), List.of(), Topology.of(lumped)),
                        Map.of());

        assertThat(choice.complete()).isTrue();
        assertThat(mistaken.explained())
                .isEqualTo("found 0 of 3, since each write set must span 3 racks but the 3 eligible bookies stand in 1"
                        + " (b1 is in rack default-rack, b2 is in rack default-rack, b3 is in rack default-rack)");
    }

    // ----

    private void register(Map<String, BookieRegistry> own, String name, String host, String labels) {
        TreeMap<String, String> properties = new TreeMap<>(Map.of(BookieServiceInfo.LABELS, labels));
        assertThat(world.await(own.get(name)
                        .register(
                                new BookieId(name),
                                BookieServiceInfo.of(new HostPort(host, 3181), properties),
                                false,
                                world.node(name).loop("meta"))))
                .isTrue();
    }

    private PlacementPolicy policy(Strictness strictness, int minimum) {
        return new SpreadPlacement(FailureDomain.RACK, strictness, minimum, node.entropy());
    }

    private List<PlacementPolicy> policies() {
        return List.of(
                new RandomPlacement(node.entropy()), policy(Strictness.PREFER, 2), policy(Strictness.REQUIRE, 2));
    }

    /** Ends what asks for numbers without end. */
    private static final class Counted implements Entropy {
        private final Entropy source;
        private int numbers;

        Counted(Entropy source) {
            this.source = source;
        }

        @Override
        public long nextLong() {
            if (++numbers > 100_000) {
                throw new IllegalStateException("there is no end to these draws");
            }
            return source.nextLong();
        }

        @Override
        public void nextBytes(byte[] into) {
            source.nextBytes(into);
        }
    }
}
