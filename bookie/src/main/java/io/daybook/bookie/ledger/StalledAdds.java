package io.daybook.bookie.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.ledger.protocol.Status;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Adds that wait for room in the write cache: better late than refused, since a stock writer replaces a bookie that refuses. How many
 * there can be is bounded by the byte budgets of the connections they came over; their time is bounded here.
 */
final class StalledAdds {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long WAIT_MAX_NANOS = TimeUnit.SECONDS.toNanos(4); // stock clients wait 5 s

    private final Loop loop;
    private final Adds adds;
    private final ArrayDeque<AddCall> queue = new ArrayDeque<>();
    private boolean timed;

    StalledAdds(Loop loop, Adds adds) {
        this.loop = loop;
        this.adds = adds;
    }

    void add(AddCall call) {
        call.stalledSince(loop.clock().nanos());
        queue.add(call);
        arm();
    }

    void refuseAll() {
        for (AddCall call = queue.poll(); call != null; call = queue.poll()) {
            call.refuse(Status.IO_ERROR);
            call.ledger().ended();
        }
    }

    private void arm() {
        if (!timed) {
            timed = true;
            loop.schedule(RETRY_NANOS, () -> {
                timed = false;
                retry();
            });
        }
    }

    private void retry() {
        long now = loop.clock().nanos();
        for (AddCall call = queue.peek(); call != null; call = queue.peek()) {
            if (!adds.retry(call, now - call.stalledSince() > WAIT_MAX_NANOS)) {
                arm();
                return;
            }
            queue.remove();
        }
    }
}
