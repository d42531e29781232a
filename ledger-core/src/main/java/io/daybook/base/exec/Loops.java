package io.daybook.base.exec;

import java.util.List;

/** A fixed set of loops over which ledgers and streams are spread by the hash of their id. */
public record Loops(List<Loop> all) {

    public Loops {
        all = List.copyOf(all);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("a set of loops needs at least one loop");
        }
    }

    /** The loop that owns {@code id}; the same one every time. */
    public Loop of(long id) {
        if (all.size() == 1) {
            return all.get(0);
        }
        long mixed = id * 0x9E3779B97F4A7C15L; // Fibonacci hashing: neighbouring ids spread evenly
        return all.get((int) Long.remainderUnsigned(mixed >>> 32, all.size()));
    }
}
