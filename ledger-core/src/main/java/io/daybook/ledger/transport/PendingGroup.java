package io.daybook.ledger.transport;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Adds that were sent in one frame: one deadline, and answers that together tell of each entry once. */
final class PendingGroup extends Pending {
    private final int count;
    private final Bookies.GroupListener listener;
    private int open; // entries that no answer has told of
    private int bytes; // of these, taking all for equally large
    private @Nullable BitSet told; // null as long as none has

    PendingGroup(Request.GroupAdd group, long deadlineNanos, Bookies.GroupListener listener) {
        super(Operation.GROUP_ADD, EntryGroup.firstLedger(group.entries()), deadlineNanos);
        this.count = group.count();
        this.bytes = group.entries().readableBytes();
        this.listener = listener;
        this.open = count;
    }

    @Override
    int addBytes() {
        return bytes;
    }

    @Override
    boolean fits(Response response) {
        if (!(response instanceof Response.GroupAdd group)) {
            return response instanceof Response.Plain && response.status() != Status.OK;
        }
        if (group.status() != Status.OK) {
            return true;
        }
        AddOutcomes outcomes = group.outcomes();
        boolean fits = outcomes.count() == count && outcomes.told() > 0;
        int from = 0;
        for (int run = 0; run < outcomes.runs() && fits; run++) {
            fits = outcomes.status(run) == null || !toldBefore(from, outcomes.end(run));
            from = outcomes.end(run);
        }
        return fits;
    }

    @Override
    int settledBy(Response response) {
        AddOutcomes outcomes = outcomes(response);
        return outcomes == null ? bytes : (int) ((long) bytes * outcomes.told() / open);
    }

    @Override
    boolean isLast(Response response) {
        AddOutcomes outcomes = outcomes(response);
        return outcomes == null || outcomes.told() == open;
    }

    @Override
    void answer(BookieId bookie, Response response) {
        AddOutcomes outcomes = outcomes(response);
        if (outcomes == null) {
            endOpen(bookie, response.status(), null);
            return;
        }
        if (!isLast(response) && told == null) {
            told = new BitSet(count);
        }
        bytes -= settledBy(response);
        open -= outcomes.told();
        if (told != null) {
            note(told, outcomes); // before anybody hears of it
        }
        int from = 0;
        for (int run = 0; run < outcomes.runs(); run++) {
            Status status = outcomes.status(run);
            if (status != null) {
                listener.onOutcome(bookie, from, outcomes.end(run), status, null);
            }
            from = outcomes.end(run);
        }
    }

    @Override
    void fail(BookieId bookie, UnreachableException failure) {
        endOpen(bookie, Status.UNKNOWN_STATE, failure);
    }

    private void endOpen(BookieId bookie, Status status, @Nullable UnreachableException failure) {
        BitSet before = told;
        int from = 0;
        while (from < count) {
            int to = before == null ? count : before.nextSetBit(from);
            to = to < 0 ? count : to;
            if (to > from) {
                listener.onOutcome(bookie, from, to, status, failure);
            }
            from = before == null ? count : before.nextClearBit(to);
        }
        open = 0;
    }

    /** What a response says of each entry; null if it says one thing of all that are open. */
    private static @Nullable AddOutcomes outcomes(Response response) {
        return response instanceof Response.GroupAdd group && group.status() == Status.OK ? group.outcomes() : null;
    }

    private static void note(BitSet told, AddOutcomes outcomes) {
        int from = 0;
        for (int run = 0; run < outcomes.runs(); run++) {
            if (outcomes.status(run) != null) {
                told.set(from, outcomes.end(run));
            }
            from = outcomes.end(run);
        }
    }

    private boolean toldBefore(int from, int to) {
        BitSet before = told;
        int next = before == null ? -1 : before.nextSetBit(from);
        return next >= 0 && next < to;
    }
}
