package io.daybook.ledger.transport;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;

/** An add whose answer may come from memory, and is therefore told together with the connection it came over (R107). */
final class PendingDeferred extends Pending {
    private final long entryId;
    private final int bytes;
    private final int slot;
    private final int token;
    private final Bookies.DeferredListener listener;
    private int connection; // over which it was sent, hence the only one that can bring the answer

    PendingDeferred(
            long ledgerId,
            long entryId,
            int bytes,
            long deadlineNanos,
            int slot,
            int token,
            Bookies.DeferredListener listener) {
        super(Operation.ADD, ledgerId, deadlineNanos);
        this.entryId = entryId;
        this.bytes = bytes;
        this.slot = slot;
        this.token = token;
        this.listener = listener;
    }

    @Override
    void sentOver(int number) {
        connection = number;
    }

    @Override
    int addBytes() {
        return bytes;
    }

    @Override
    boolean fits(Response response) {
        return response instanceof Response.Add add
                ? add.ledgerId() == ledgerId && add.entryId() == entryId
                : response instanceof Response.Plain plain && plain.status() != Status.OK;
    }

    @Override
    void answer(BookieId bookie, Response response) {
        listener.onDeferred(bookie, slot, token, entryId, response.status(), connection, null);
    }

    @Override
    void fail(BookieId bookie, UnreachableException failure) {
        listener.onDeferred(bookie, slot, token, entryId, Status.UNKNOWN_STATE, connection, failure);
    }
}
