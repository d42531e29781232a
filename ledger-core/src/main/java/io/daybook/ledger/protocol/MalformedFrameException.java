package io.daybook.ledger.protocol;

import io.daybook.base.error.Advice;
import io.daybook.base.error.DaybookException;

/** A frame that cannot be read; its connection is to be closed without an answer. Has no stack trace: peers can cause many. */
public final class MalformedFrameException extends DaybookException {
    private static final long serialVersionUID = 1;

    public MalformedFrameException(String message) {
        super(Advice.GIVE_UP, message, null);
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // does nothing
    public Throwable fillInStackTrace() {
        return this;
    }
}
