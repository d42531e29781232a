package io.daybook.ledger.transport;

import io.daybook.base.error.Advice;
import io.daybook.base.error.DaybookException;
import org.jspecify.annotations.Nullable;

/** A bookie gave no answer: not registered, no connection, connection lost, or too late. */
public final class UnreachableException extends DaybookException {
    private static final long serialVersionUID = 1;

    private final boolean sent;

    /** @param sent whether the request may have reached the bookie */
    public UnreachableException(boolean sent, String message, @Nullable Throwable cause) {
        super(Advice.RETRY_ELSEWHERE, message, cause);
        this.sent = sent;
    }

    /** False if the request certainly never left. */
    public boolean sent() {
        return sent;
    }
}
