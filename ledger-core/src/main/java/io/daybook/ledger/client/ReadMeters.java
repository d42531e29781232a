package io.daybook.ledger.client;

import io.daybook.base.metrics.Counter;
import io.daybook.base.metrics.Metrics;

/** What the readers and recoveries of one loop found wrong with copies (R62). Belongs to that loop; read by anyone. */
final class ReadMeters {
    private final Counter damaged;
    private final Counter lost;
    private final Counter hedged;

    ReadMeters(Metrics metrics) {
        this.damaged = metrics.counter("daybook.client.read.damaged");
        this.lost = metrics.counter("daybook.client.read.lost");
        this.hedged = metrics.counter("daybook.client.read.hedged");
    }

    /** A bookie sent a copy, or a last confirmed id, that fails its digest: damage, never absence. */
    void onDamaged() {
        damaged.increment();
    }

    /** A second bookie was asked because the first was slow. */
    void onHedged() {
        hedged.increment();
    }

    /** A confirmed entry turned out to be on none of its bookies. */
    void onLost() {
        lost.increment();
    }
}
