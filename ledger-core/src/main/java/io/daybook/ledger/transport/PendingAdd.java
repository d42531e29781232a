package io.daybook.ledger.transport;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;

/** An add that was made without a promise. */
final class PendingAdd extends Pending {
    final long entryId;
    private final int bytes;
    private final int slot;
    private final int token;
    private final Bookies.AddListener listener;

    PendingAdd(
            long ledgerId,
            long entryId,
            int bytes,
            long deadlineNanos,
            int slot,
            int token,
            Bookies.AddListener listener) {
        super(Operation.ADD, ledgerId, deadlineNanos);
        this.entryId = entryId;
        this.bytes = bytes;
        this.slot = slot;
        this.token = token;
        this.listener = listener;
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
        answer(bookie, response.status());
    }

    void answer(BookieId bookie, Status status) {
        listener.onAdd(bookie, slot, token, entryId, status, null);
    }

    @Override
    void fail(BookieId bookie, UnreachableException failure) {
        listener.onAdd(bookie, slot, token, entryId, Status.UNKNOWN_STATE, failure);
    }
}
