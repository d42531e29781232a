package io.daybook.ledger.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import io.daybook.ledger.metadata.Labels;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class AckSpreadTest {
    private static final Topology PLACES = Topology.of(Map.of(
            new BookieId("a1"), Labels.parse("rack=a"),
            new BookieId("a2"), Labels.parse("rack=a"),
            new BookieId("a3"), Labels.parse("rack=a"),
            new BookieId("b1"), Labels.parse("rack=b")));

    private static AckSpread spread(Replication replication, int minimum, String... members) {
        return AckSpread.of(
                replication, Stream.of(members).map(BookieId::new).toList(), PLACES, FailureDomain.RACK, minimum);
    }

    @Test
    void anAckQuorumInOneRackIsNotEnoughWhenTwoAreAskedFor() {
        AckSpread spread = spread(Replication.DEFAULT, 2, "a1", "a2", "b1");

        assertThat(spread.enough(7, 0b011)).isFalse();
        assertThat(spread.enough(7, 0b101)).isTrue();
        assertThat(spread.possibleWithout(0b001)).isTrue();
        assertThat(spread.possibleWithout(0b100)).isFalse(); // then no entry could ever be acknowledged
    }

    @Test
    void aWriteSetThatLiesInOneRackDoesNotWaitForAnother() {
        AckSpread spread = spread(new Replication(4, 2, 2), 2, "a1", "a2", "a3", "b1");

        assertThat(spread.enough(0, 0b0011)).isTrue(); // slots 0 and 1, both in rack a
        assertThat(spread.enough(2, 0b0100)).isFalse(); // slots 2 and 3
        assertThat(spread.enough(2, 0b1100)).isTrue();
        assertThat(spread.enough(4, 0b0011)).isTrue(); // as entry 0
    }

    @Test
    void neverMoreDomainsThanAcknowledgements() {
        assertThat(spread(new Replication(3, 3, 1), 2, "a1", "a2", "b1").enough(0, 0b001))
                .isTrue();
    }

    @Test
    void withoutARuleAnythingGoes() {
        assertThat(spread(Replication.DEFAULT, 1, "a1", "a2", "a3")).isSameAs(AckSpread.ANY);
        assertThat(AckSpread.ANY.enough(3, 0)).isTrue();
        assertThat(AckSpread.ANY.possibleWithout(~0L)).isTrue();
    }
}
