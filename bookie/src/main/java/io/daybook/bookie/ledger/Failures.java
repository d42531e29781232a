package io.daybook.bookie.ledger;

import io.daybook.bookie.BookieException;
import io.daybook.ledger.protocol.Status;

/** What a peer is told of a failure inside the bookie: never an absence (R27), and always something. */
public final class Failures {
    private Failures() {}

    public static Status status(Throwable failure) {
        return failure instanceof BookieException.Overloaded ? Status.BUSY : Status.IO_ERROR;
    }
}
