package io.daybook.ledger.transport;

import io.daybook.base.exec.Promise;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;

/** A request with a promise. */
final class PendingCall<R extends Response> extends Pending {
    private final Request request; // for its ids: its buffers have been given to the connection
    private final Class<R> answer;
    private final Promise<R> promise;
    private final int addBytes;
    private int connection;

    PendingCall(Request request, Class<R> answer, Promise<R> promise, long deadlineNanos) {
        super(request.operation(), request.ledgerId(), deadlineNanos);
        this.request = request;
        this.answer = answer;
        this.promise = promise;
        this.addBytes = request instanceof Request.Add add ? add.body().readableBytes() : 0;
    }

    /** Number of the connection it was sent over last; 0 if it was not sent. */
    int connection() {
        return connection;
    }

    @Override
    void sentOver(int number) {
        connection = number;
    }

    @Override
    int addBytes() {
        return addBytes;
    }

    @Override
    boolean fits(Response response) {
        if (response instanceof Response.Plain plain) {
            return answer == Response.Plain.class || plain.status() != Status.OK;
        }
        return answer.isInstance(response) && response.ledgerId() == ledgerId && fitsEntry(response);
    }

    private boolean fitsEntry(Response response) {
        if (response instanceof Response.Read read && request instanceof Request.Read asked) {
            return read.entryId() == asked.entryId()
                    || (asked.longPoll() && asked.piggyback() && read.entryId() == asked.previousLac() + 1);
        }
        if (response instanceof Response.Add add && request instanceof Request.Add asked) {
            return add.entryId() == asked.entryId();
        }
        return true;
    }

    @Override
    void answer(BookieId bookie, Response response) {
        Response typed = answer.isInstance(response) ? response : Response.refusing(request, response.status());
        if (!promise.complete(answer.cast(typed))) {
            typed.release();
        }
    }

    @Override
    void fail(BookieId bookie, UnreachableException failure) {
        promise.completeExceptionally(failure);
    }
}
