package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import java.util.Arrays;
import java.util.function.ToLongFunction;

/**
 * Finds bookies that are so far behind the rest of their ensemble that keeping their copies ready costs too much memory.
 *
 * <p>What a writer holds of an entry that is not confirmed is bounded by its window. Once it is confirmed without one of its bookies, only the
 * connection to that bookie still holds its bytes, and nothing but this bounds them. A bookie is a laggard when the adds open at it
 * exceed those open at an ack quorum of its ensemble by more than the budget: if all are slow alike, the window sees to that. Looks once per sixteenth
 * of the budget, so that a laggard may pass it by that much and by one window. Belongs to one state machine.
 */
final class LagWatch {
    private static final int LOOKS_PER_BUDGET = 16;

    private final long budgetBytes;
    private final int ackQuorum;
    private final boolean possible;
    private long unseenBytes;

    LagWatch(Replication replication, long budgetBytes) {
        this.budgetBytes = budgetBytes;
        this.ackQuorum = replication.ackQuorum();
        this.possible = replication.ackQuorum() < replication.writeQuorum();
    }

    /** Notes that so much was sent; returns whether it is time to look. */
    boolean due(int bytes) {
        unseenBytes += bytes;
        return possible && unseenBytes >= budgetBytes / LOOKS_PER_BUDGET;
    }

    /** The slot that is furthest behind, −1 if none of those not in {@code failed} is over the budget. */
    int laggard(Ensemble ensemble, long failed, ToLongFunction<BookieId> openBytes) {
        unseenBytes = 0;
        long[] open = new long[ensemble.size()];
        long worst = -1;
        int slot = -1;
        for (int i = 0; i < open.length; i++) {
            boolean out = (failed & 1L << i) != 0;
            open[i] = out ? Long.MAX_VALUE : openBytes.applyAsLong(ensemble.member(i));
            if (!out && open[i] > worst) {
                worst = open[i];
                slot = i;
            }
        }
        Arrays.sort(open);
        long pace = open[ackQuorum - 1];
        return slot >= 0 && worst - pace > budgetBytes ? slot : -1;
    }
}
