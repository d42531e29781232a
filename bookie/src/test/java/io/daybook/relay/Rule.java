package io.daybook.relay;

import io.daybook.base.exec.Awaiting;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What becomes of frames that match; in force until removed. Methods are for any thread but the relay's. */
public class Rule {
    final BookieRelay relay;
    private final Match match;
    private final Fate fate;

    private long met; // this and below: the relay's loop only
    private final List<Waiter> waiters = new ArrayList<>();

    /** Decides about one frame. */
    interface Fate {

        /** False to let the next rule decide; true: {@code frame}, which comes with its length, was taken over. */
        boolean meet(Lane lane, ByteBuf frame);
    }

    private record Waiter(long number, CompletableFuture<@Nullable Void> reached) {}

    Rule(BookieRelay relay, Match match, Fate fate) {
        this.relay = relay;
        this.match = match;
        this.fate = fate;
    }

    /** How many frames it has met; a group of adds counts as its adds. */
    public long met() {
        return relay.call(() -> met);
    }

    /** Waits until it has met {@code number} frames, as {@link #met} counts them; fails after 30 s. */
    public void await(long number) {
        Awaiting.real(relay.call(() -> {
            CompletableFuture<@Nullable Void> reached = new CompletableFuture<>();
            if (met >= number) {
                reached.complete(null);
            } else {
                waiters.add(new Waiter(number, reached));
            }
            return reached;
        }));
    }

    /** Ends it. */
    public void remove() {
        relay.run(() -> relay.forget(this));
    }

    // ---- the relay's loop

    final boolean decide(Lane lane, Passing passing, ByteBuf frame) {
        if (!match.covers(passing)) {
            return false;
        }
        boolean taken = fate.meet(lane, frame);
        met += passing.adds();
        waiters.removeIf(waiter -> met >= waiter.number && waiter.reached.complete(null));
        return taken;
    }
}
