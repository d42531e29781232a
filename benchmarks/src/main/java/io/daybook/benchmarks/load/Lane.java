package io.daybook.benchmarks.load;

import io.daybook.base.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The acknowledgements that come on one thread: counted, checked for their order, and timed into a histogram of that thread's own, without a lock.
 *
 * <p>Figures may be read from anywhere: the counts at any time, the histogram once everything in flight has ended.
 */
final class Lane {
    private final Clock clock;
    private final Gate gate;
    private final Histogram latencies = Latencies.histogram(); // the lane's thread
    private final AtomicLong acknowledged = new AtomicLong(); // written by the lane's thread alone
    private final AtomicLong ended = new AtomicLong(); // likewise; failures count too

    Lane(Clock clock, Gate gate) {
        this.clock = clock;
        this.gate = gate;
    }

    /** Takes one acknowledgement; the time of it is returned. */
    long done(Appending log, long position, long sinceNanos, @Nullable Throwable failure) {
        long now = clock.nanos();
        if (failure != null) {
            gate.fail(failure);
        } else if (log.acknowledge(position)) {
            acknowledged.lazySet(acknowledged.getPlain() + 1);
            if (gate.measuring()) {
                latencies.recordValue(Latencies.bounded(now - sinceNanos));
            }
        } else {
            gate.fail(new VerificationException("%s acknowledged position %d, but %d was the next in order"
                    .formatted(log.log().id(), position, log.acknowledged() - 1)));
        }
        ended.set(ended.getPlain()
                + 1); // seen by whoever looks after this: an open loop is told no second time that there is room
        return now;
    }

    /** Appends acknowledged so far. */
    long acknowledged() {
        return acknowledged.get();
    }

    /** Appends acknowledged or failed so far. */
    long ended() {
        return ended.get();
    }

    Histogram latencies() {
        return latencies;
    }
}
