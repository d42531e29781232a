package io.daybook.base.seam;

import io.daybook.base.error.Advice;
import io.daybook.base.error.DaybookException;
import org.jspecify.annotations.Nullable;

/** A listener or a connection could not be opened. */
public final class TransportException extends DaybookException {
    private static final long serialVersionUID = 1;

    public TransportException(String message, @Nullable Throwable cause) {
        super(Advice.RETRY_ELSEWHERE, message, cause);
    }
}
