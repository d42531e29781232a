package io.daybook.ledger.client;

import io.daybook.base.exec.Loop;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells bookies the last confirmed id when no entry is there to carry it: when the window is empty at the end of a pass, which is when frames leave, at
 * once unless many other writers of the loop do so too ({@link LacPace}), but at most once per 200 µs (R63b). Belongs to the writer's loop.
 */
final class LacAnnouncer {
    private static final long SPACING_NANOS = 200_000;

    private final Loop loop;
    private final LacPace pace;
    private final LongConsumer send;
    private final Runnable passEnd = this::onPassEnd;
    private final Runnable turn = this::onTurn;

    private long announced = -1;
    private long lastSentNanos;
    private boolean everSent;
    private Loop.@Nullable Timer timer;
    private boolean waits; // for the end of the pass or its turn
    private long latest = -1;
    private boolean idle;
    private boolean stopped;

    LacAnnouncer(Loop loop, LacPace pace, LongConsumer send) {
        this.loop = loop;
        this.pace = pace;
        this.send = send;
    }

    /** The state after an event: the last confirmed id, and whether nothing is queued or in flight. */
    void update(long lastAddConfirmed, boolean nothingInFlight) {
        latest = lastAddConfirmed;
        idle = nothingInFlight;
        if (timer == null && !waits && isDue()) {
            waits = true;
            loop.afterPass(passEnd);
        }
    }

    /** What was confirmed in this pass may have called forth the next entry, which says the same. */
    private void onPassEnd() {
        waits = false;
        if (!isDue()) {
            return;
        }
        long wait = everSent ? lastSentNanos + SPACING_NANOS - loop.clock().nanos() : 0;
        if (wait > 0) {
            timer = loop.schedule(wait, this::onSpacingOver);
        } else if (pace.atOnce()) {
            announce();
        } else {
            waits = true;
            pace.later(turn);
        }
    }

    private boolean isDue() {
        return idle && latest > announced && !stopped;
    }

    /** Announces now if there is anything new, idle or not. */
    void now() {
        if (latest > announced && !stopped) {
            announce();
        }
    }

    void stop() {
        stopped = true;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void onSpacingOver() {
        timer = null;
        update(latest, idle);
    }

    private void onTurn() {
        waits = false;
        if (isDue()) {
            announce();
        }
    }

    private void announce() {
        announced = latest;
        everSent = true;
        lastSentNanos = loop.clock().nanos();
        send.accept(latest);
    }
}
