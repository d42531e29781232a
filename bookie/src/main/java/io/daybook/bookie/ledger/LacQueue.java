package io.daybook.bookie.ledger;

import io.daybook.base.exec.Loop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Explicit last confirmed ids that wait for company: they ride with the next add, or after 5 ms without one (R63b). */
final class LacQueue {
    private static final long WAIT_MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Loop loop;
    private final LinkedHashSet<LacPackets> waiting = new LinkedHashSet<>();
    private boolean timed;

    LacQueue(Loop loop) {
        this.loop = loop;
    }

    void add(LacPackets packets) {
        waiting.add(packets);
        if (!timed) {
            timed = true;
            loop.schedule(WAIT_MAX_NANOS, () -> {
                timed = false;
                ride();
            });
        }
    }

    /** Appends what waits, since a journal group is coming anyway. */
    void ride() {
        if (waiting.isEmpty()) {
            return;
        }
        List<LacPackets> now = new ArrayList<>(waiting);
        waiting.clear();
        now.forEach(packets -> packets.ledger().logLac(packets));
    }
}
