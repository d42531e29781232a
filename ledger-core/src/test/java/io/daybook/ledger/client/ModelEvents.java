package io.daybook.ledger.client;

import java.util.Arrays;

/** Events of a {@link ModelWorld} as numbers: what kind, whose or which, and what of it. */
final class ModelEvents {
    static final int WRITER = 0;
    static final int RECOVERER = 1;
    static final int CALL = 2;
    static final int STEP = 3;
    static final int CRASH = 4;

    private int[] events = new int[32];
    private int size;

    void add(int kind, int number, int what) {
        if (size == events.length) {
            events = Arrays.copyOf(events, 2 * size);
        }
        events[size++] = kind << 28 | number << 4 | what;
    }

    int size() {
        return size;
    }

    int get(int index) {
        return events[index];
    }

    int[] toArray() {
        return Arrays.copyOf(events, size);
    }

    static int kind(int event) {
        return event >>> 28;
    }

    static int number(int event) {
        return event >>> 4 & 0xFFFFFF;
    }

    static int what(int event) {
        return event & 15;
    }
}
