package io.daybook.ledger.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.protocol.Operation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class PendingTableTest {

    private static PendingAdd add(long ledgerId, long entryId, long deadline) {
        var add = new PendingAdd(ledgerId, entryId, 1, deadline, 0, 0, (b, s, t, e, status, failure) -> {});
        add.keyA = ledgerId;
        add.keyB = entryId;
        return add;
    }

    @Property(tries = 300)
    void behavesLikeAMap(@ForAll @Size(max = 400) List<@LongRange(min = 0, max = 120) Long> keys) {
        var table = new PendingTable();
        Map<Long, Pending> model = new LinkedHashMap<>();
        for (long key : keys) {
            long ledger = key % 3;
            if (model.containsKey(key)) {
                assertThat(table.remove(ledger, key, Operation.ADD)).isSameAs(model.remove(key));
            } else {
                PendingAdd add = add(ledger, key, 0);
                table.put(add);
                model.put(key, add);
            }
            assertThat(table.size()).isEqualTo(model.size());
            for (long other = 0; other <= 120; other++) {
                assertThat(table.has(other % 3, other, Operation.ADD)).isEqualTo(model.containsKey(other));
            }
            assertThat(table.has(ledger, key, Operation.READ)).isFalse();
        }
        assertThat(table.removeAll()).containsExactlyInAnyOrderElementsOf(model.values());
        assertThat(table.size()).isZero();
    }

    @Test
    void knowsTheEarliestDeadlineOfThoseThatWait() {
        var table = new PendingTable();
        table.put(add(1, 1, 50));
        PendingAdd abandoned = add(1, 2, 10);
        abandoned.abandoned = true;
        table.put(abandoned);
        table.put(add(1, 3, 30));

        assertThat(table.earliestDeadline(1000)).isEqualTo(30);
        assertThat(table.removeIf(p -> p.deadlineNanos == 30)).hasSize(1);
        assertThat(table.earliestDeadline(1000)).isEqualTo(50);
    }
}
