package io.daybook.ledger.client;

/**
 * The branches of a recovery, as a simulation counts them: rows of the classification of replies (R47), exits of the algorithm (R48).
 * Not among them is what no simulated cluster can show: a client with the wrong key or version; a copy that fails its digest, since bookies refuse to
 * deliver one (R29), which counts as no certain answer here.
 */
enum RecovererMark {
    /** The ledger was open and is claimed. */
    CLAIMED,
    /** Another recoverer had claimed it. */
    JOINED,
    /** It was closed already. */
    FOUND_CLOSED,
    /** The record changed before the claim. */
    CLAIM_LOST,

    /** A slot is fenced and showed its last entry. */
    FENCE_SHOWED_ENTRY,
    /** A slot is fenced and has no entry. */
    FENCE_EMPTY,
    /** A slot gave no certain answer, or a copy that fails its digest. */
    FENCE_UNKNOWN,
    /** Enough slots are fenced, the rest gets a moment. */
    FENCE_WAITS,
    /** The moment is over. */
    FENCE_WAITED,
    /** Too few slots can be fenced: the recovery stops. */
    FENCE_TOO_FEW,

    /** Several entries came in one answer, all that were asked for. */
    BULK_WHOLE,
    /** Fewer came than were asked for. */
    BULK_SHORT,
    /** None came: another bookie is asked. */
    BULK_NOTHING,
    /** No bookie delivers in bulk: each is asked for each entry. */
    BULK_GIVEN_UP,

    /** A bookie gave no certain answer for an entry, or a copy that fails its digest. */
    READ_UNKNOWN,
    /** The entry exists. */
    ENTRY_PRESENT,
    /** The entry turned up while enough bookies had said no (R53). */
    ENTRY_SAVED_BY_GRACE,
    /** Everybody has answered, the entry is certainly absent. */
    ENTRY_ABSENT,
    /** Enough have answered and the rest stayed silent: certainly absent. */
    ENTRY_ABSENT_AFTER_GRACE,
    /** Nobody can tell: the recovery stops. */
    ENTRY_UNDECIDED,

    /** A bookie was too busy for a write-back. */
    WRITE_BACK_BUSY,
    /** An answer came from a slot that changed hands. */
    WRITE_BACK_LATE,
    /** A failed slot was replaced, locally. */
    SLOT_REPLACED,
    /** Nobody can step in, but ack quorums remain. */
    DEGRADED,
    /** Some write set has no ack quorum left: the recovery stops. */
    TOO_FEW_BOOKIES,

    /** The ledger is empty. */
    LENGTH_OF_NOTHING,
    /** The length came with the last entry written back. */
    LENGTH_WRITTEN_BACK,
    /** The length came with a fence. */
    LENGTH_FENCED,
    /** The length had to be read. */
    LENGTH_READ,
    /** No copy of the last entry could be read: the recovery stops. */
    LENGTH_UNKNOWN,

    /** This recoverer closed the ledger. */
    CLOSED,
    /** Another one was faster, and its end is adopted. */
    ADOPTED
}
