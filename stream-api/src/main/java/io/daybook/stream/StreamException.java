package io.daybook.stream;

import io.daybook.base.error.Advice;
import io.daybook.base.error.DaybookException;
import org.jspecify.annotations.Nullable;

/** Why an operation on a stream failed. */
public abstract sealed class StreamException extends DaybookException {
    private static final long serialVersionUID = 1;

    private final Code code;
    private final Outcome outcome;

    private StreamException(Code code, Advice advice, Outcome outcome, String message, @Nullable Throwable cause) {
        super(advice, message, cause);
        this.code = code;
        this.outcome = outcome;
    }

    /** The reason as a word of the stream protocol. */
    public final Code code() {
        return code;
    }

    /** Whether a failed append may still turn up; NOT_APPLIED for calls without effect. */
    public final Outcome outcome() {
        return outcome;
    }

    /** What is known of the effect of a failed call; there is nothing in between. */
    public enum Outcome {
        /** It is not in the stream and never will be. */
        NOT_APPLIED,
        /** It may be there, now or after the next recovery. */
        UNKNOWN
    }

    /** Reasons. */
    public enum Code {
        OWNERSHIP_LOST,
        OWNED,
        NOT_FOUND,
        ALREADY_EXISTS,
        DELETED,
        SEALED,
        CLOSED,
        INVALID,
        TOO_LARGE,
        THROTTLED,
        CONDITION_FAILED,
        TXID_OUT_OF_ORDER,
        LIMIT_EXCEEDED,
        UNAVAILABLE,
        OFFSET_TRUNCATED,
        OFFSET_BEYOND_TAIL,
        CORRUPT,
        DATA_LOSS,
        READ_STALLED,
        UNSUPPORTED
    }

    /** A newer owner has taken the stream over; {@link #owner()} names it where it is known. */
    public static final class OwnershipLost extends StreamException {
        private static final long serialVersionUID = 1;

        private final transient @Nullable StreamOwner owner;

        public OwnershipLost(Outcome outcome, @Nullable StreamOwner owner, String message) {
            super(Code.OWNERSHIP_LOST, Advice.REOPEN, outcome, message, null);
            this.owner = owner;
        }

        /** Who owns it now. */
        public @Nullable StreamOwner owner() {
            return owner;
        }
    }

    /** Another live process owns the stream. */
    public static final class Owned extends StreamException {
        private static final long serialVersionUID = 1;

        private final transient StreamOwner owner;

        public Owned(StreamOwner owner, String message) {
            super(Code.OWNED, Advice.RETRY, Outcome.NOT_APPLIED, message, null);
            this.owner = owner;
        }

        /** Who owns it now. */
        public StreamOwner owner() {
            return owner;
        }
    }

    /** There is no stream of that name. */
    public static final class NotFound extends StreamException {
        private static final long serialVersionUID = 1;

        public NotFound(String message) {
            super(Code.NOT_FOUND, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** There is a stream of that name already. */
    public static final class AlreadyExists extends StreamException {
        private static final long serialVersionUID = 1;

        public AlreadyExists(String message) {
            super(Code.ALREADY_EXISTS, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** The stream has been deleted. */
    public static final class Deleted extends StreamException {
        private static final long serialVersionUID = 1;

        public Deleted(Outcome outcome, String message) {
            super(Code.DELETED, Advice.GIVE_UP, outcome, message, null);
        }
    }

    /** The stream is sealed: nothing will ever be appended again. */
    public static final class SealedStream extends StreamException {
        private static final long serialVersionUID = 1;

        public SealedStream(String message) {
            super(Code.SEALED, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** The writer, reader or namespace was closed. */
    public static final class Closed extends StreamException {
        private static final long serialVersionUID = 1;

        public Closed(Outcome outcome, String message) {
            super(Code.CLOSED, Advice.REOPEN, outcome, message, null);
        }
    }

    /** The request breaks a rule; the message says which. */
    public static final class Invalid extends StreamException {
        private static final long serialVersionUID = 1;

        public Invalid(String message) {
            super(Code.INVALID, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** A record or request is larger than the stream allows; nothing was sent. */
    public static final class TooLarge extends StreamException {
        private static final long serialVersionUID = 1;

        public TooLarge(String message) {
            super(Code.TOO_LARGE, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** Queues are full; wait until the writer is writable. */
    public static final class Throttled extends StreamException {
        private static final long serialVersionUID = 1;

        public Throttled(String message) {
            super(Code.THROTTLED, Advice.RETRY, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** The request would not have got the offset it expected; {@link #actual()} is what it would have got. */
    public static final class ConditionFailed extends StreamException {
        private static final long serialVersionUID = 1;

        private final long actual;

        public ConditionFailed(long actual, String message) {
            super(Code.CONDITION_FAILED, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
            this.actual = actual;
        }

        /** The offset that stands in the way. */
        public long actual() {
            return actual;
        }
    }

    /** An ordering number is smaller than one before it. */
    public static final class TxidOutOfOrder extends StreamException {
        private static final long serialVersionUID = 1;

        public TxidOutOfOrder(String message) {
            super(Code.TXID_OUT_OF_ORDER, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** The stream's record would become too large. */
    public static final class LimitExceeded extends StreamException {
        private static final long serialVersionUID = 1;

        public LimitExceeded(String message) {
            super(Code.LIMIT_EXCEEDED, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** Too few storage or metadata servers answer. */
    public static final class Unavailable extends StreamException {
        private static final long serialVersionUID = 1;

        public Unavailable(Outcome outcome, String message, @Nullable Throwable cause) {
            super(Code.UNAVAILABLE, Advice.RETRY, outcome, message, cause);
        }
    }

    /** The offset lies before the head, {@link #actual()}. */
    public static final class OffsetTruncated extends StreamException {
        private static final long serialVersionUID = 1;

        private final long actual;

        public OffsetTruncated(long actual, String message) {
            super(Code.OFFSET_TRUNCATED, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
            this.actual = actual;
        }

        /** The offset that stands in the way. */
        public long actual() {
            return actual;
        }
    }

    /** The offset lies beyond the tail, {@link #actual()}. */
    public static final class OffsetBeyondTail extends StreamException {
        private static final long serialVersionUID = 1;

        private final long actual;

        public OffsetBeyondTail(long actual, String message) {
            super(Code.OFFSET_BEYOND_TAIL, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
            this.actual = actual;
        }

        /** The offset that stands in the way. */
        public long actual() {
            return actual;
        }
    }

    /** Stored bytes are not what a writer would have stored. Nothing of them was delivered. */
    public static final class Corrupt extends StreamException {
        private static final long serialVersionUID = 1;

        public Corrupt(String message, @Nullable Throwable cause) {
            super(Code.CORRUPT, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, cause);
        }
    }

    /** Records are gone for good. */
    public static final class DataLost extends StreamException {
        private static final long serialVersionUID = 1;

        public DataLost(String message) {
            super(Code.DATA_LOSS, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** Data is known to be there, but no storage server delivers it. */
    public static final class ReadStalled extends StreamException {
        private static final long serialVersionUID = 1;

        public ReadStalled(String message, @Nullable Throwable cause) {
            super(Code.READ_STALLED, Advice.REOPEN, Outcome.NOT_APPLIED, message, cause);
        }
    }

    /** Written by a newer version, or a kind of stream this version does not serve. */
    public static final class Unsupported extends StreamException {
        private static final long serialVersionUID = 1;

        public Unsupported(String message, @Nullable Throwable cause) {
            super(Code.UNSUPPORTED, Advice.GIVE_UP, Outcome.NOT_APPLIED, message, cause);
        }
    }
}
