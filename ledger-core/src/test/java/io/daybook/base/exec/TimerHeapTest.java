package io.daybook.base.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.TimerHeap.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class TimerHeapTest {

    @Property(tries = 300)
    void takesEntriesOutSoonestFirstAndEqualsInTheirOrder(
            @ForAll @Size(max = 200) List<@IntRange(max = 30) Integer> steps, @ForAll long zero) {
        TimerHeap heap = new TimerHeap();
        List<Entry> expected = new ArrayList<>();
        for (int step : steps) {
            if (step > 20 && !expected.isEmpty()) {
                Entry removed = expected.remove(step % expected.size());
                heap.remove(removed);
                heap.remove(removed);
            } else {
                Entry entry = new Entry(zero + step, () -> {});
                expected.add(entry);
                heap.add(entry);
            }
        }
        expected.sort(Comparator.comparingLong(entry -> entry.atNanos - zero)); // stable; the clock's zero may overflow

        List<Entry> taken = new ArrayList<>();
        for (Entry first = heap.first(); first != null; first = heap.first()) {
            heap.remove(first);
            taken.add(first);
        }

        assertThat(taken).containsExactlyElementsOf(expected);
        assertThat(heap.size()).isZero();
    }
}
