package io.daybook.ledger.transport;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;

/** Adds that were sent in one frame: one answer, one deadline. */
final class PendingGroup extends Pending {
    private final int count;
    private final int bytes;
    private final Bookies.GroupListener listener;

    PendingGroup(Request.GroupAdd group, long deadlineNanos, Bookies.GroupListener listener) {
        super(Operation.GROUP_ADD, group.ledgerId(), deadlineNanos);
        this.count = group.count();
        this.bytes = group.entries().readableBytes();
        this.listener = listener;
    }

    @Override
    int addBytes() {
        return bytes;
    }

    @Override
    boolean fits(Response response) {
        if (response instanceof Response.GroupAdd group) {
            return group.ledgerId() == ledgerId && group.outcomes().count() == count;
        }
        return response instanceof Response.Plain && response.status() != Status.OK;
    }

    @Override
    void answer(BookieId bookie, Response response) {
        boolean each = response instanceof Response.GroupAdd && response.status() == Status.OK;
        listener.onGroup(
                bookie,
                each ? ((Response.GroupAdd) response).outcomes() : AddOutcomes.all(response.status(), count),
                null);
    }

    @Override
    void fail(BookieId bookie, UnreachableException failure) {
        listener.onGroup(bookie, null, failure);
    }
}
