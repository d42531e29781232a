package io.daybook.stream.writer;

import io.daybook.base.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/** At most so many voluntary rolls a second in one process, with bursts of two seconds' worth. Safe from any thread. */
public final class RollBudget {
    private static final long PER_SECOND = 20;
    private static final long SPACING_NANOS = 1_000_000_000 / PER_SECOND;
    private static final long BURST_NANOS = 2_000_000_000;

    private final Clock clock;
    private final AtomicLong paidUntil; // on the clock's scale: rolls so far are paid for by time up to here

    public RollBudget(Clock clock) {
        this.clock = clock;
        this.paidUntil = new AtomicLong(clock.nanos() - BURST_NANOS);
    }

    /** Takes one roll if there is one. */
    boolean tryTake() {
        while (true) {
            long now = clock.nanos();
            long paid = paidUntil.get();
            long from = Math.max(paid - now, -BURST_NANOS) + now;
            if (from + SPACING_NANOS - now > 0) {
                return false;
            }
            if (paidUntil.compareAndSet(paid, from + SPACING_NANOS)) {
                return true;
            }
        }
    }
}
