package io.daybook.bookie;

import io.daybook.base.error.Advice;
import io.daybook.base.error.DaybookException;
import org.jspecify.annotations.Nullable;

/** Why a bookie could not do something. */
public abstract sealed class BookieException extends DaybookException {
    private static final long serialVersionUID = 1;

    private BookieException(Advice advice, String message, @Nullable Throwable cause) {
        super(advice, message, cause);
    }

    /** A queue or cache is full; the same request may succeed later. */
    public static final class Overloaded extends BookieException {
        private static final long serialVersionUID = 1;

        public Overloaded(String message) {
            super(Advice.RETRY, message, null);
        }
    }

    /** A write or sync failed, or the bookie is stopping: nothing is acknowledged any more (R32). */
    public static final class Stopped extends BookieException {
        private static final long serialVersionUID = 1;

        public Stopped(String message, @Nullable Throwable cause) {
            super(Advice.RETRY_ELSEWHERE, message, cause);
        }
    }

    /** Stored bytes cannot be read or fail their checksum. */
    public static final class Damaged extends BookieException {
        private static final long serialVersionUID = 1;

        public Damaged(String message, @Nullable Throwable cause) {
            super(Advice.RETRY_ELSEWHERE, message, cause);
        }
    }

    /** The bookie must not start; the message says why and what to do. */
    public static final class Refused extends BookieException {
        private static final long serialVersionUID = 1;

        public Refused(String message, @Nullable Throwable cause) {
            super(Advice.GIVE_UP, message, cause);
        }
    }
}
