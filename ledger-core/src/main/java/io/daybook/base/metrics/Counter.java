package io.daybook.base.metrics;

import java.util.concurrent.atomic.AtomicLong;

/** Something that only grows. Written by one loop, read by anyone a moment later. */
public final class Counter {
    private final AtomicLong value = new AtomicLong(); // used with plain reads and opaque writes: there is one writer

    Counter() {}

    /** Adds 1. */
    public void increment() {
        value.setOpaque(value.getPlain() + 1);
    }

    /** Adds {@code n}, 0 or more. */
    public void add(long n) {
        value.setOpaque(value.getPlain() + n);
    }

    /** The sum so far. */
    public long value() {
        return value.getOpaque();
    }
}
