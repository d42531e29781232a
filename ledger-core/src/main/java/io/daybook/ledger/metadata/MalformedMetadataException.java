package io.daybook.ledger.metadata;

import io.daybook.base.error.Advice;
import io.daybook.base.error.DaybookException;
import org.jspecify.annotations.Nullable;

/** A node of the metadata store, or a file that repeats one, holds bytes that mean nothing to us. */
public final class MalformedMetadataException extends DaybookException {
    private static final long serialVersionUID = 1;

    public MalformedMetadataException(String message, @Nullable Throwable cause) {
        super(Advice.GIVE_UP, message, cause);
    }
}
