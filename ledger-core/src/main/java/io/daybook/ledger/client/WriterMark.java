package io.daybook.ledger.client;

import io.daybook.ledger.LedgerException.Outcome;

/**
 * The branches of a writer, as a simulation counts them: exits of an ensemble change (R46), conflicts (R46b, R9), failures of slots, and
 * outcomes (R57, R58). What no simulated cluster can do is not here: refusals of a key or a version, repairs of sealed fragments
 * (R10), a deletion under the writer, a metadata store that is closed, and a rule found broken.
 */
enum WriterMark {
    /** A replaced bookie's success came, too late to count. */
    LATE_ACK,
    /** A replaced bookie's failure came, too late to count. */
    LATE_FAILURE,
    /** A slot is too busy and gets a pause. */
    SLOT_BUSY,
    /** The pause is over: what it refused is sent again. */
    SLOT_ASKED_AGAIN,
    /** A slot failed while nothing else was the matter. */
    SLOT_FAILED,
    /** A slot failed while a list of bookies was being committed: it is the next round's. */
    SLOT_FAILED_DURING_CHANGE,

    /** A new list takes the place of that of the last fragment. */
    CHANGE_REPLACES,
    /** A new list begins a fragment. */
    CHANGE_APPENDS,
    /** Some failed slots get no replacement yet. */
    CHANGE_PARTIAL,
    /** Nobody can step in, but each write set has its ack quorum. */
    DEGRADED,
    /** Nobody can step in, and some write set has no ack quorum. */
    TOO_FEW_BOOKIES,
    /** A new list is committed and used. */
    CHANGED,
    /** The change met a recovery. */
    CHANGE_MET_RECOVERY,
    /** The change met the seal of a recovery. */
    CHANGE_MET_SEAL,

    /** The end is being written. */
    CLOSING,
    /** The end is being written while entries are pending. */
    CLOSING_AT_ONCE,
    /** The close met a recovery. */
    CLOSE_MET_RECOVERY,
    /** The close met a seal at the same end. */
    CLOSE_MET_SAME_SEAL,
    /** Closed. */
    CLOSED,
    /** A bookie was fenced. */
    FENCED,
    /** Left without a close. */
    ABANDONED,

    /** An add failed and nobody knows what became of it. */
    OUTCOME_UNKNOWN,
    /** An add failed that is in the sealed ledger. */
    OUTCOME_APPLIED,
    /** An add failed that is not in the sealed ledger. */
    OUTCOME_NOT_APPLIED;

    /** That of an add which failed with {@code outcome}. */
    static WriterMark of(Outcome outcome) {
        return switch (outcome) {
            case UNKNOWN -> OUTCOME_UNKNOWN;
            case APPLIED -> OUTCOME_APPLIED;
            case NOT_APPLIED -> OUTCOME_NOT_APPLIED;
        };
    }
}
