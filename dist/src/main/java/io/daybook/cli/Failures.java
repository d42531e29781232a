package io.daybook.cli;

import io.daybook.base.config.ConfigProblems;
import io.daybook.base.error.DaybookException;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.TransportException;
import io.daybook.bookie.BookieException;
import io.daybook.ledger.LedgerException;
import io.daybook.stream.StreamException;

/** Which exit code each failure of the libraries means. */
final class Failures {
    private Failures() {}

    static int exitCode(DaybookException failure) {
        if (failure instanceof LedgerException ledger) {
            return ofLedger(ledger);
        }
        if (failure instanceof StreamException stream) {
            return ofStream(stream);
        }
        if (failure instanceof ConfigProblems) {
            return ExitCode.USAGE;
        }
        if (failure instanceof BookieException) {
            return failure.getCause() instanceof MetaException meta ? ofMeta(meta) : ExitCode.FAILED;
        }
        if (failure instanceof MetaException meta) {
            return ofMeta(meta);
        }
        return failure instanceof TransportException ? ExitCode.UNAVAILABLE : ExitCode.FAILED;
    }

    /** Nobody answered, or somebody did who keeps no cluster, or another kind of cluster. */
    private static int ofMeta(MetaException failure) {
        return switch (failure.kind()) {
            case UNAVAILABLE, AMBIGUOUS -> ExitCode.UNAVAILABLE;
            default -> ExitCode.FAILED;
        };
    }

    private static int ofLedger(LedgerException failure) {
        if (failure instanceof LedgerException.NoSuchLedger || failure instanceof LedgerException.NoSuchEntry) {
            return ExitCode.NOT_FOUND;
        }
        if (failure instanceof LedgerException.Fenced || failure instanceof LedgerException.SealedByOther) {
            return ExitCode.CONFLICT;
        }
        if (failure instanceof LedgerException.Unauthorized || failure instanceof LedgerException.TooLarge) {
            return ExitCode.REFUSED;
        }
        if (failure instanceof LedgerException.MetadataFailed) {
            return failure.getCause() instanceof MetaException meta ? ofMeta(meta) : ExitCode.UNAVAILABLE;
        }
        if (failure instanceof LedgerException.NotEnoughBookies
                || failure instanceof LedgerException.TimedOut
                || failure instanceof LedgerException.ReadFailed
                || failure instanceof LedgerException.RecoveryUndecided) {
            return ExitCode.UNAVAILABLE;
        }
        return ExitCode.FAILED;
    }

    private static int ofStream(StreamException failure) {
        return switch (failure.code()) {
            case NOT_FOUND, DELETED, OFFSET_TRUNCATED, OFFSET_BEYOND_TAIL -> ExitCode.NOT_FOUND;
            case OWNERSHIP_LOST, OWNED, ALREADY_EXISTS, SEALED, CONDITION_FAILED -> ExitCode.CONFLICT;
            case THROTTLED, UNAVAILABLE, READ_STALLED -> ExitCode.UNAVAILABLE;
            case TOO_LARGE, INVALID, LIMIT_EXCEEDED, TXID_OUT_OF_ORDER, UNSUPPORTED -> ExitCode.REFUSED;
            case CLOSED, CORRUPT, DATA_LOSS -> ExitCode.FAILED;
        };
    }
}
