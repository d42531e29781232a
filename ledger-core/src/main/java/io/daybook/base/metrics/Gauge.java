package io.daybook.base.metrics;

import java.util.concurrent.atomic.AtomicLong;

/** A level that goes up and down, such as the bytes in a queue. Written by one loop, read by anyone a moment later. */
public final class Gauge {
    private final AtomicLong value = new AtomicLong(); // used with plain reads and opaque writes: there is one writer

    Gauge() {}

    /** The level is {@code level} now. */
    public void set(long level) {
        value.setOpaque(level);
    }

    /** The level changed by {@code difference}. */
    public void add(long difference) {
        value.setOpaque(value.getPlain() + difference);
    }

    /** The level. */
    public long value() {
        return value.getOpaque();
    }
}
