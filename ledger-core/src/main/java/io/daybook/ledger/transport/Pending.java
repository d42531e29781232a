package io.daybook.ledger.transport;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Response;

/**
 * A request whose answer has not come. Immutable but for its key, which is set when it is sent, and for the fact that nobody waits any more.
 *
 * <p>What it waits for is told apart by two numbers and the operation: the transaction id over v3; ledger and entry, or the request id of a
 * batch read, over v2.
 */
abstract sealed class Pending permits PendingAdd, PendingCall, PendingDeferred, PendingGroup {
    final Operation operation;
    final long ledgerId;
    final long deadlineNanos;

    long keyA;
    long keyB;
    boolean abandoned; // timed out, but an answer may come: it must meet nobody else, and an add's bytes count until
    // then

    Pending(Operation operation, long ledgerId, long deadlineNanos) {
        this.operation = operation;
        this.ledgerId = ledgerId;
        this.deadlineNanos = deadlineNanos;
    }

    /** Payload bytes of an add, as far as they are not answered; 0 for other requests. */
    abstract int addBytes();

    /** How many of {@link #addBytes} {@code response}, which {@link #fits}, settles: all of them if nothing comes after it. Borrows. */
    int settledBy(Response response) {
        return addBytes();
    }

    /** It is being sent over the connection of this number, the only one that can bring the answer. */
    void sentOver(int connection) {}

    /** Whether {@code response}, which has the right key, can be the answer to this request. Borrows. */
    abstract boolean fits(Response response);

    /** Whether nothing comes after {@code response}, which {@link #fits}. Borrows. */
    boolean isLast(Response response) {
        return true;
    }

    /** The answer came, or a part of it. Takes {@code response} over. */
    abstract void answer(BookieId bookie, Response response);

    /** No answer will come. */
    abstract void fail(BookieId bookie, UnreachableException failure);
}
