package io.daybook.ledger.client;

import io.daybook.base.exec.Loop;
import org.jspecify.annotations.Nullable;

/**
 * When a reader looks at its open reads for those that are late: about twice within the time that {@link Hedging} gives a bookie, one timer for all of
 * them. Belongs to the reader's loop.
 */
final class HedgeTimer {
    private final Hedging hedging;
    private final Loop loop;
    private final Runnable look;
    private Loop.@Nullable Timer timer;
    private long atNanos;

    /** @param look runs on the loop when the time has come; whoever wants another look starts the timer again */
    HedgeTimer(Hedging hedging, Loop loop, Runnable look) {
        this.hedging = hedging;
        this.loop = loop;
        this.look = look;
    }

    /** Has the reads looked at in half of the time that a bookie has now, unless that will happen anyway. */
    void start() {
        long delay = Math.min(hedging.delayNanos(false), hedging.delayNanos(true));
        long at = loop.clock().nanos() + delay / 2 + 1;
        if (timer != null && atNanos - at > delay) {
            cancel(); // set when less was known
        }
        if (timer == null) {
            atNanos = at;
            timer = loop.schedule(delay / 2 + 1, this::due);
        }
    }

    private void due() {
        timer = null;
        look.run();
    }

    void cancel() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }
}
