package io.daybook.ledger.transport;

import io.daybook.base.exec.Loop;

/**
 * How long a connection has owed a first sign of life: since the last frame came, or since a request was sent when none was in flight. Belongs
 * to the connection's loop; costs one look at the clock per pass that brings frames.
 */
final class Silence {
    private final Loop loop;
    private final Runnable passed = this::passed;
    private long sinceNanos;
    private boolean heard; // in this pass

    Silence(Loop loop) {
        this.loop = loop;
    }

    /** A connection was opened, or the only request in flight is being sent. */
    void begins() {
        sinceNanos = loop.clock().nanos();
    }

    /** A frame came. */
    void heard() {
        if (!heard) {
            heard = true;
            loop.afterPass(passed);
        }
    }

    private void passed() {
        heard = false;
        begins();
    }

    /** Whether it has lasted for {@code nanos} at {@code nowNanos}. */
    boolean lasted(long nanos, long nowNanos) {
        return !heard && nowNanos - sinceNanos >= nanos;
    }
}
