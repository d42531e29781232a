package io.daybook.ledger.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
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
    void aQuarantinedBookieComesBackWhenItsTimeIsOver() {
        Quarantine quarantine = new Quarantine(node.clock(), Duration.ofSeconds(30));
        BookieId bookie = new BookieId("b1");
        quarantine.admit(bookie, "timed out");
        assertThat(quarantine.holds(bookie)).isTrue();
        assertThat(quarantine.reasons()).containsEntry(bookie, "is quarantined (timed out)");

        world.runFor(Duration.ofSeconds(31));

        assertThat(quarantine.holds(bookie)).isFalse();
        assertThat(quarantine.reasons()).isEmpty();
    }
}
