package io.daybook.ledger;

import io.daybook.base.error.Advice;
import io.daybook.base.error.DaybookException;
import org.jspecify.annotations.Nullable;

/** Why an operation on a ledger failed. */
public abstract sealed class LedgerException extends DaybookException {
    private static final long serialVersionUID = 1;

    private final Outcome outcome;

    private LedgerException(Advice advice, Outcome outcome, String message, @Nullable Throwable cause) {
        super(advice, message, cause);
        this.outcome = outcome;
    }

    /** What is known of the effect of the failed call (R58); NOT_APPLIED for calls without effect. */
    public final Outcome outcome() {
        return outcome;
    }

    /** Whether a failed append may still turn up in the ledger. */
    public enum Outcome {
        /** It is not in the ledger and never will be. */
        NOT_APPLIED,
        /**
         * It may be. {@link LedgerClient#resolve} tells, by opening with recovery; to append it elsewhere before knowing may make it exist twice (R58).
         */
        UNKNOWN,
        /** It is in the sealed ledger. */
        APPLIED
    }

    /** A newer owner has taken the ledger over. */
    public static final class Fenced extends LedgerException {
        private static final long serialVersionUID = 1;

        public Fenced(Outcome outcome, String message) {
            super(Advice.REOPEN, outcome, message, null);
        }
    }

    /** There is no such ledger. */
    public static final class NoSuchLedger extends LedgerException {
        private static final long serialVersionUID = 1;

        public NoSuchLedger(String message) {
            super(Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** The entry lies beyond the end, or beyond what is confirmed. */
    public static final class NoSuchEntry extends LedgerException {
        private static final long serialVersionUID = 1;

        public NoSuchEntry(String message) {
            super(Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** Too few usable bookies; the message says which were excluded and why. */
    public static final class NotEnoughBookies extends LedgerException {
        private static final long serialVersionUID = 1;

        public NotEnoughBookies(Outcome outcome, String message, @Nullable Throwable cause) {
            super(Advice.RETRY, outcome, message, cause);
        }
    }

    /** No answer in time. */
    public static final class TimedOut extends LedgerException {
        private static final long serialVersionUID = 1;

        public TimedOut(Outcome outcome, String message) {
            super(Advice.RETRY, outcome, message, null);
        }
    }

    /** The password is not the ledger's. */
    public static final class Unauthorized extends LedgerException {
        private static final long serialVersionUID = 1;

        public Unauthorized(Outcome outcome, String message) {
            super(Advice.GIVE_UP, outcome, message, null);
        }
    }

    /** No replica could deliver now, but one may later. */
    public static final class ReadFailed extends LedgerException {
        private static final long serialVersionUID = 1;

        public ReadFailed(String message, @Nullable Throwable cause) {
            super(Advice.RETRY, Outcome.NOT_APPLIED, message, cause);
        }
    }

    /** Every replica is certain not to have a confirmed entry, or has a damaged one. */
    public static final class DataLost extends LedgerException {
        private static final long serialVersionUID = 1;

        public DataLost(String message) {
            super(Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** Recovery could not decide the end: too many bookies of a write set gave no certain answer. Retry later. */
    public static final class RecoveryUndecided extends LedgerException {
        private static final long serialVersionUID = 1;

        public RecoveryUndecided(String message, @Nullable Throwable cause) {
            super(Advice.RETRY, Outcome.NOT_APPLIED, message, cause);
        }
    }

    /** Somebody else sealed the ledger at another end than the writer's; the handle adopted it. */
    public static final class SealedByOther extends LedgerException {
        private static final long serialVersionUID = 1;

        public SealedByOther(Outcome outcome, String message) {
            super(Advice.REOPEN, outcome, message, null);
        }
    }

    /** The handle or the client was closed. */
    public static final class HandleClosed extends LedgerException {
        private static final long serialVersionUID = 1;

        public HandleClosed(Outcome outcome, String message) {
            super(Advice.REOPEN, outcome, message, null);
        }
    }

    /** The window of entries or bytes in flight is full; wait until the writer is writable. */
    public static final class WindowFull extends LedgerException {
        private static final long serialVersionUID = 1;

        public WindowFull(String message) {
            super(Advice.RETRY, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** An append named an id that an earlier one had (R40); the handle lives on. */
    public static final class DuplicateEntry extends LedgerException {
        private static final long serialVersionUID = 1;

        public DuplicateEntry(String message) {
            super(Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** The payload is larger than an entry may be. */
    public static final class TooLarge extends LedgerException {
        private static final long serialVersionUID = 1;

        public TooLarge(String message) {
            super(Advice.GIVE_UP, Outcome.NOT_APPLIED, message, null);
        }
    }

    /** The metadata store cannot be asked, or what it holds cannot be read. */
    public static final class MetadataFailed extends LedgerException {
        private static final long serialVersionUID = 1;

        public MetadataFailed(Outcome outcome, String message, @Nullable Throwable cause) {
            super(Advice.RETRY, outcome, message, cause);
        }
    }

    /** A bookie refused the request as malformed, or a rule of the protocol was found broken: the handle ended. */
    public static final class ProtocolBroken extends LedgerException {
        private static final long serialVersionUID = 1;

        public ProtocolBroken(Outcome outcome, String message, @Nullable Throwable cause) {
            super(Advice.GIVE_UP, outcome, message, cause);
        }
    }
}
