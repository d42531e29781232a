package io.daybook.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.vectors.Vector;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class WriteSetTest {

    @Test
    void placesEntriesWhereStockReadersLookForThem() {
        for (Vector v : Vector.file("write-sets").objects("vectors")) {
            int e = v.integer("ensembleSize");
            int w = v.integer("writeQuorumSize");
            var replication = new Replication(e, w, w);

            List<Long> slots = IntStream.range(0, w)
                    .mapToObj(i -> (long) replication.slot(v.number("entryId"), i))
                    .toList();

            assertThat(slots).as(v.toString()).isEqualTo(v.numbers("writeSet"));
        }
    }

    @Test
    void aSlotHoldsExactlyTheEntriesThatArePlacedThere() {
        long[] starts = {0, Integer.MAX_VALUE - 20L, Long.MAX_VALUE - 50};
        for (int e = 1; e <= 8; e++) {
            for (int w = 1; w <= e; w++) {
                var replication = new Replication(e, w, 1);
                for (long start : starts) {
                    for (long entry = start; entry < start + 2L * e; entry++) {
                        for (int slot = 0; slot < e; slot++) {
                            int wanted = slot;
                            long id = entry;
                            boolean placed = IntStream.range(0, w).anyMatch(i -> replication.slot(id, i) == wanted);
                            assertThat(replication.holds(slot, entry)).isEqualTo(placed);
                        }
                    }
                }
            }
        }
    }
}
