package io.daybook.base.exec;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The timers of one {@link ThreadLoop}, soonest first; equal times in the order they were asked for. Belongs to that loop.
 *
 * <p>A binary heap whose timers know their place, so that the usual fate of a timer, being cancelled long before its time,
 * leaves nothing behind.
 */
final class TimerHeap {
    private Entry[] heap = new Entry[16];
    private int size;
    private long added;

    /** One waiting task. */
    static final class Entry {
        final long atNanos;
        final Runnable task;
        private long order;
        private int place = -1;

        Entry(long atNanos, Runnable task) {
            this.atNanos = atNanos;
            this.task = task;
        }
    }

    void add(Entry entry) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        entry.order = added++;
        up(size++, entry);
    }

    /** Forgets {@code entry}; harmless when it is not in here. */
    void remove(Entry entry) {
        int place = entry.place;
        if (place < 0) {
            return;
        }
        entry.place = -1;
        Entry last = heap[--size];
        clear(size);
        if (place < size) {
            down(place, last);
            if (heap[place] == last) {
                up(place, last);
            }
        }
    }

    /** The soonest entry, or null. */
    @Nullable
    Entry first() {
        return size == 0 ? null : heap[0];
    }

    int size() {
        return size;
    }

    void clear() {
        for (int i = 0; i < size; i++) {
            heap[i].place = -1;
            clear(i);
        }
        size = 0;
    }

    @SuppressWarnings("NullAway") // places at and above size hold nothing
    private void clear(int place) {
        heap[place] = null;
    }

    private void up(int from, Entry entry) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            if (!before(entry, heap[parent])) {
                break;
            }
            put(place, heap[parent]);
            place = parent;
        }
        put(place, entry);
    }

    private void down(int from, Entry entry) {
        int place = from;
        while (true) {
            int child = 2 * place + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], entry)) {
                break;
            }
            put(place, heap[child]);
            place = child;
        }
        put(place, entry);
    }

    private void put(int place, Entry entry) {
        heap[place] = entry;
        entry.place = place;
    }

    private static boolean before(Entry a, Entry b) {
        long difference = a.atNanos - b.atNanos; // by difference: the clock's zero is arbitrary and may overflow
        return difference != 0 ? difference < 0 : a.order < b.order;
    }
}
