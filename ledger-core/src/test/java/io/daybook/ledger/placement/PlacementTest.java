package io.daybook.ledger.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import io.daybook.ledger.metadata.Labels;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PlacementTest {
    private final SimWorld world = new SimWorld(3);
    private final SimNode node = world.node("n");
    private final RandomPlacement placement = new RandomPlacement(node.entropy());

    private static List<BookieId> ids(String... names) {
        return Arrays.stream(names).map(BookieId::new).toList();
    }

    @Test
    void choosesDistinctWritableBookies() {
        Candidates candidates = new Candidates(ids("b1", "b2", "b3", "b4"), ids("b5"));
        TreeSet<BookieId> seen = new TreeSet<>();

        for (int i = 0; i < 50; i++) {
            Choice choice = placement.newEnsemble(Replication.DEFAULT, candidates, Map.of());
            assertThat(choice.complete()).isTrue();
            assertThat(choice.bookies()).doesNotHaveDuplicates().hasSize(3).isSubsetOf(candidates.writable());
            seen.addAll(choice.bookies());
        }

        assertThat(seen).containsExactlyElementsOf(candidates.writable()); // nobody is left out for ever
    }

    @Test
    void replacesWithBookiesFromOutsideTheEnsembleAndSaysWhyNotTheOthers() {
        Candidates candidates = new Candidates(ids("b1", "b2", "b4", "b6"), ids("b5"));

        Choice choice = placement.replacements(
                Replication.DEFAULT,
                ids("b1", "b2", "b3"),
                List.of(0, 2),
                candidates,
                Map.of(new BookieId("b4"), "is quarantined (timed out)"));

        assertThat(choice.bookies()).isEqualTo(ids("b6"));
        assertThat(choice.complete()).isFalse();
        assertThat(choice.explained())
                .isEqualTo("found 1 of 2 (b1 is in the ensemble already, b2 is in the ensemble already,"
                        + " b3 is in the ensemble already and is not registered, b4 is quarantined (timed out),"
                        + " b5 is read-only)");
    }

    @Test
    void withoutAnyBookieTheReasonIsThatNoneIsRegistered() {
        Choice choice = placement.newEnsemble(Replication.DEFAULT, new Candidates(List.of(), List.of()), Map.of());

        assertThat(choice.explained()).isEqualTo("found 0 of 3 (no other bookie is registered)");
    }

    @Test
    void anExplanationIsOfBoundedLength() {
        List<BookieId> many =
                IntStream.range(100, 200).mapToObj(i -> new BookieId("b" + i)).toList();

        Choice choice = placement.newEnsemble(Replication.DEFAULT, new Candidates(List.of(), many), Map.of());

        assertThat(choice.explained())
                .startsWith("found 0 of 3 (b100 is read-only, b101 is read-only")
                .endsWith("b111 is read-only, and 88 more)");
    }

    @Test
    void aBookieOfNoWeightIsChosenOnlyWhenNoOtherIsLeft() {
        Candidates candidates = new Candidates(
                ids("b1", "b2", "b3", "b4"),
                List.of(),
                Topology.of(Map.of(new BookieId("b1"), Labels.parse("weight=0"))));
        Replication three = new Replication(3, 3, 2);

        for (int i = 0; i < 50; i++) {
            assertThat(placement.newEnsemble(three, candidates, Map.of()).bookies())
                    .doesNotContain(new BookieId("b1"));
        }
        assertThat(placement
                        .newEnsemble(new Replication(4, 3, 2), candidates, Map.of())
                        .complete())
                .isTrue();
    }

    @Test
    void weightIsTheShareOfNewFragments() {
        Candidates candidates = new Candidates(
                ids("b1", "b2"), List.of(), Topology.of(Map.of(new BookieId("b1"), Labels.parse("weight=9"))));
        int heavy = 0;

        for (int i = 0; i < 1000; i++) {
            Choice choice = placement.newEnsemble(new Replication(1, 1, 1), candidates, Map.of());
            heavy += choice.bookies().equals(ids("b1")) ? 1 : 0;
        }

        assertThat(heavy).isBetween(850, 950);
    }

    @Test
    void aQuarantinedBookieComesBackWhenItsTimeIsOver() {
        Quarantine quarantine = new Quarantine(node.clock(), Duration.ofSeconds(30));
        BookieId bookie = new BookieId("b1");
        quarantine.admit(bookie, "timed out");
        assertThat(quarantine.holds(bookie)).isTrue();

        world.runFor(Duration.ofSeconds(12));
        assertThat(quarantine.reasons()).containsEntry(bookie, "was quarantined 12 s ago (timed out)");
        world.runFor(Duration.ofSeconds(19));

        assertThat(quarantine.holds(bookie)).isFalse();
        assertThat(quarantine.reasons()).isEmpty();
    }

    @Test
    void aBookieThatFailsAgainAndAgainStaysLongerUpToABound() {
        Quarantine quarantine = new Quarantine(node.clock(), Duration.ofSeconds(10), Duration.ofSeconds(40));
        BookieId bookie = new BookieId("b1");

        for (int stay : new int[] {10, 20, 40, 40}) {
            quarantine.admit(bookie, "timed out");
            quarantine.admit(bookie, "timed out"); // the same incident, told by another ledger
            world.runFor(Duration.ofSeconds(stay - 1));
            assertThat(quarantine.holds(bookie)).as("%s s", stay - 1).isTrue();
            world.runFor(Duration.ofSeconds(2));
            assertThat(quarantine.holds(bookie)).as("%s s", stay + 1).isFalse();
        }
        world.runFor(Duration.ofMinutes(2)); // good for long enough
        quarantine.admit(bookie, "timed out");
        world.runFor(Duration.ofSeconds(11));

        assertThat(quarantine.holds(bookie)).isFalse();
    }

    @Test
    void quarantineIsBoundedInMembersAndInWords() {
        Quarantine quarantine = new Quarantine(node.clock(), Duration.ofSeconds(30));

        for (int i = 0; i < 2 * Quarantine.MEMBERS_MAX; i++) {
            quarantine.admit(new BookieId("b" + i), "x".repeat(10_000));
        }

        assertThat(quarantine.reasons()).hasSize(Quarantine.MEMBERS_MAX);
        assertThat(quarantine.reasons().values())
                .allSatisfy(why -> assertThat(why).hasSizeLessThan(300));
    }

    @Test
    void noQuarantineIsNone() {
        Quarantine quarantine = new Quarantine(node.clock(), Duration.ZERO);

        quarantine.admit(new BookieId("b1"), "timed out");

        assertThat(quarantine.holds(new BookieId("b1"))).isFalse();
        assertThat(quarantine.reasons()).isEmpty();
    }
}
