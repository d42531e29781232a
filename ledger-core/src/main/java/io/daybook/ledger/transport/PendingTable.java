package io.daybook.ledger.transport;

import io.daybook.ledger.protocol.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The requests in flight on one connection by their keys: open addressing, so that an add costs no entry object. */
final class PendingTable {
    private static final int CAPACITY_MIN = 64;

    private @Nullable Pending[] slots = new @Nullable Pending[CAPACITY_MIN]; // a power of two, at most half full
    private int size;

    int size() {
        return size;
    }

    boolean has(long keyA, long keyB, Operation operation) {
        return slots[find(keyA, keyB, operation)] != null;
    }

    /** Adds a request under its key, which must be free. */
    void put(Pending pending) {
        if (size * 2 >= slots.length) {
            resize(slots.length * 2);
        }
        slots[find(pending.keyA, pending.keyB, pending.operation)] = pending;
        size++;
    }

    /** Takes the request with this key out, null if there is none. */
    @Nullable
    Pending remove(long keyA, long keyB, Operation operation) {
        int at = find(keyA, keyB, operation);
        Pending found = slots[at];
        if (found != null) {
            removeAt(at);
        }
        return found;
    }

    /** Takes all requests out for which {@code wanted} holds. */
    List<Pending> removeIf(Predicate<Pending> wanted) {
        List<Pending> removed = new ArrayList<>();
        for (Pending pending : slots) {
            if (pending != null && wanted.test(pending)) {
                removed.add(pending);
            }
        }
        for (Pending pending : removed) {
            remove(pending.keyA, pending.keyB, pending.operation);
        }
        return removed;
    }

    /** Takes all requests out. */
    List<Pending> removeAll() {
        List<Pending> removed = new ArrayList<>(size);
        for (Pending pending : slots) {
            if (pending != null) {
                removed.add(pending);
            }
        }
        Arrays.fill(slots, null);
        size = 0;
        return removed;
    }

    /** The earliest deadline of those that still wait, {@code none} if nobody does. */
    long earliestDeadline(long none) {
        long earliest = none;
        for (Pending pending : slots) {
            if (pending != null && !pending.abandoned && pending.deadlineNanos - earliest < 0) {
                earliest = pending.deadlineNanos;
            }
        }
        return earliest;
    }

    /** Where the key is, or where it would go. */
    private int find(long keyA, long keyB, Operation operation) {
        int mask = slots.length - 1;
        int at = home(keyA, keyB, mask);
        for (Pending there = slots[at]; there != null; there = slots[at]) {
            if (there.keyB == keyB && there.keyA == keyA && there.operation == operation) {
                return at;
            }
            at = at + 1 & mask;
        }
        return at;
    }

    private static int home(long keyA, long keyB, int mask) {
        long mixed = (keyA * 0x9E3779B97F4A7C15L + keyB) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 40) & mask;
    }

    /** Empties a slot and moves later ones of the same run up, so that none is cut off from its home. */
    private void removeAt(int at) {
        int mask = slots.length - 1;
        int hole = at;
        int next = at + 1 & mask;
        for (Pending there = slots[next]; there != null; there = slots[next]) {
            int home = home(there.keyA, there.keyB, mask);
            if ((next - home & mask) >= (next - hole & mask)) {
                slots[hole] = there;
                hole = next;
            }
            next = next + 1 & mask;
        }
        slots[hole] = null;
        size--;
    }

    private void resize(int capacity) {
        @Nullable Pending[] old = slots;
        slots = new @Nullable Pending[capacity];
        for (Pending pending : old) {
            if (pending != null) {
                slots[find(pending.keyA, pending.keyB, pending.operation)] = pending;
            }
        }
    }
}
