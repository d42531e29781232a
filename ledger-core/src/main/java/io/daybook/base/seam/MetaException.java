package io.daybook.base.seam;

import io.daybook.base.error.Advice;
import io.daybook.base.error.DaybookException;
import org.jspecify.annotations.Nullable;

/** A metadata operation was refused, or nobody knows whether it happened. */
public final class MetaException extends DaybookException {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    public MetaException(Kind kind, String message, @Nullable Throwable cause) {
        super(kind.advice, message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Why. */
    public enum Kind {
        /** No such node (or no parent to create it under). Nothing was written. */
        NO_NODE(Advice.GIVE_UP),
        /** The node is there already. Nothing was written. */
        NODE_EXISTS(Advice.GIVE_UP),
        /** The node has another version. Nothing was written. */
        BAD_VERSION(Advice.RETRY),
        /** The node has children. Nothing was written. */
        NOT_EMPTY(Advice.GIVE_UP),
        /** The reply was lost: the write may or may not have happened (R7). */
        AMBIGUOUS(Advice.RETRY),
        /** No server could be asked. Nothing was written. */
        UNAVAILABLE(Advice.RETRY),
        /** Not allowed, or malformed. Nothing was written. */
        REFUSED(Advice.GIVE_UP);

        private final Advice advice;

        Kind(Advice advice) {
            this.advice = advice;
        }
    }
}
