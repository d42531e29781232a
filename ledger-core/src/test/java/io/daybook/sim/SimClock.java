package io.daybook.sim;

import io.daybook.base.error.Check;
import io.daybook.base.time.Clock;
import java.time.Duration;

/** A node's idea of the time: virtual time with an origin, a rate and a wall clock of its own. */
public final class SimClock implements Clock {
    private static final long EPOCH_MILLIS = 1_767_225_600_000L; // 2026-01-01: any fixed day serves

    private final SimNode node;
    private final SimWorld world;
    private final long origin; // what this clock's monotonic time was when the world began
    private long wallOffsetMillis;
    private long driftPpm; // parts per million faster than virtual time
    private long driftSince;
    private long driftBase; // monotonic time at driftSince

    SimClock(SimNode node, long origin) {
        this.node = node;
        this.world = node.world();
        this.origin = origin;
        this.driftBase = origin;
    }

    @Override
    public long nanos() {
        long passed = world.now() - driftSince;
        return driftBase + passed + passed / 1_000_000 * driftPpm;
    }

    @Override
    public long millis() {
        return EPOCH_MILLIS + wallOffsetMillis + (nanos() - origin) / 1_000_000;
    }

    /** Moves the wall clock; monotonic time does not notice. */
    public void step(Duration by) {
        wallOffsetMillis += by.toMillis();
    }

    /** Monotonic and wall time leap forward, as after the machine was suspended; its timers are that much nearer. */
    public void leap(Duration by) {
        Check.argument(!by.isNegative(), "monotonic time does not go back by %s", by);
        driftBase += by.toNanos();
        node.world().hasten(node, by.toNanos());
    }

    /** From now on this clock runs {@code ppm} parts per million fast (slow if negative); at most a tenth. */
    public void drift(long ppm) {
        Check.argument(Math.abs(ppm) <= 100_000, "a drift of %d ppm is more than a tenth", ppm);
        driftBase = nanos();
        driftSince = world.now();
        driftPpm = ppm;
    }

    /** How much virtual time passes until this clock has surely counted {@code nanos}. */
    long virtual(long nanos) {
        if (driftPpm == 0) {
            return nanos;
        }
        return (long) Math.ceil(nanos / (1 + driftPpm / 1e6)) + 200_000L; // past the rounding of nanos()
    }
}
