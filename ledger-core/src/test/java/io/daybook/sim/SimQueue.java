package io.daybook.sim;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What will happen, soonest first, and by {@link SimEvent#tie} among equals: a binary heap whose events know their place. */
final class SimQueue {
    private @Nullable SimEvent[] heap = new SimEvent[256];
    private int size;
    private int foreground;

    void add(SimEvent event) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        if (!event.background) {
            foreground++;
        }
        up(size++, event);
    }

    void remove(SimEvent event) {
        int place = event.place;
        if (place < 0) {
            return;
        }
        event.place = -1;
        if (!event.background) {
            foreground--;
        }
        SimEvent last = heap[--size];
        heap[size] = null;
        if (place < size) {
            down(place, last);
            if (heap[place] == last) {
                up(place, last);
            }
        }
    }

    @Nullable
    SimEvent first() {
        return heap[0];
    }

    /** Everything that waits, in no order to rely on. */
    List<SimEvent> all() {
        return List.of(Arrays.copyOf(heap, size));
    }

    int size() {
        return size;
    }

    /** Events that an idle world does not have. */
    int foreground() {
        return foreground;
    }

    private void up(int from, SimEvent event) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            if (!before(event, heap[parent])) {
                break;
            }
            put(place, heap[parent]);
            place = parent;
        }
        put(place, event);
    }

    private void down(int from, SimEvent event) {
        int place = from;
        while (true) {
            int child = 2 * place + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], event)) {
                break;
            }
            put(place, heap[child]);
            place = child;
        }
        put(place, event);
    }

    private void put(int place, SimEvent event) {
        heap[place] = event;
        event.place = place;
    }

    private static boolean before(SimEvent a, SimEvent b) {
        return a.at != b.at ? a.at < b.at : a.tie < b.tie;
    }
}
