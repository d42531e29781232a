package io.daybook.ledger.digest;

import io.daybook.base.error.Advice;
import io.daybook.base.error.DaybookException;

/** Bytes that a bookie returned are not what a writer with this password and digest type sent; another replica may have them whole. */
public final class DigestMismatchException extends DaybookException {
    private static final long serialVersionUID = 1;

    public DigestMismatchException(String message) {
        super(Advice.RETRY_ELSEWHERE, message, null);
    }
}
