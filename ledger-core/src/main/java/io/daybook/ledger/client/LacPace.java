package io.daybook.ledger.client;

import io.daybook.base.exec.Loop;
import java.util.ArrayList;
import java.util.List;

/**
 * How soon the writers of one loop announce what they confirmed (R63b): a few at once. When many windows fall empty at the same time the
 * others wait for a millisecond, since most of them send an entry before, and that says the same. Belongs to the loop.
 */
final class LacPace {
    /** So many go at once within each period; one writer alone never sends more (R63b). */
    static final int AT_ONCE = 4;

    private static final long PERIOD_NANOS = 200_000;

    /** With the spacing of one writer's announcements less than 2 ms, the time in which a last entry must become visible. */
    static final long WAIT_NANOS = 1_000_000;

    private final Loop loop;
    private List<Runnable> waiting = new ArrayList<>(); // at most one of each writer
    private long periodBegan;
    private int sent; // in this period

    LacPace(Loop loop) {
        this.loop = loop;
    }

    /** Whether an announcement may go now; if not, it belongs to {@link #later}. */
    boolean atOnce() {
        long now = loop.clock().nanos();
        if (sent == 0 || now - periodBegan >= PERIOD_NANOS) {
            periodBegan = now;
            sent = 0;
        }
        if (sent == AT_ONCE) {
            return false;
        }
        sent++;
        return true;
    }

    /** Runs {@code turn} within a millisecond. */
    void later(Runnable turn) {
        waiting.add(turn);
        if (waiting.size() == 1) {
            loop.schedule(WAIT_NANOS, this::takeTurns);
        }
    }

    private void takeTurns() {
        List<Runnable> turns = waiting;
        waiting = new ArrayList<>(turns.size());
        turns.forEach(Runnable::run);
    }
}
