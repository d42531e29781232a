package io.daybook.bookie.ledger;

/** Branches of a bookie's ledgers that a long simulation must have taken; none stands on the way of every entry. */
public enum BookieMark {
    /** An add was refused because the bookie takes no writes (R14). */
    ADD_READ_ONLY,
    /** An add met a fence (R14). */
    ADD_FENCED,
    /** A normal add met limbo: its writer replaces this bookie (R81). */
    ADD_IN_LIMBO,
    /** What an add found when it arrived was no longer so when its effect was due (R15). */
    ADD_REFUSED_LATER,
    /** A group brought entries of several ledgers. */
    GROUP_OF_LEDGERS,
    /** Some outcomes of a group were told before the others were known. */
    GROUP_ANSWERED_IN_PARTS,
    /** All entries that a group brought for a ledger took effect in one step. */
    GROUP_TAKEN,
    /** A group held an entry that was here already, or one that could not be taken: each went its own way. */
    GROUP_ONE_BY_ONE,
    /** An entry came again, and was compared with the copy that is here (R18). */
    DUPLICATE_KEPT,
    /** The same where nobody knows the ledger's digest, so that nothing was compared (R19). */
    DUPLICATE_NOT_COMPARED,
    /** A copy that cannot be read was replaced by one that came again (R19). */
    COPY_REPLACED,

    /** A fence was set, and its record written (R23). */
    FENCE_SET,
    /** The first that this bookie heard of a ledger was its fence (R23). */
    FENCE_OF_UNKNOWN,
    /** A fence waited for the record of one that came before (R25). */
    FENCE_JOINED,
    /** A fence found its record durable (R25). */
    FENCE_AGAIN,
    /** A ledger in limbo was fenced (R81). */
    FENCE_IN_LIMBO,
    /** A fence could not be made durable and was answered with an error (R24). */
    FENCE_NOT_DURABLE,

    /** Metadata confirmed the first request for a ledger (R65a). */
    TOUCH_CONFIRMED,
    /** A late normal add would have made a ledger that is being recovered, or is closed (R65a). */
    TOUCH_NOT_OPEN,
    /** A normal add came to a bookie that the last fragment does not name (R65a). */
    TOUCH_NOT_HERE,
    /** Metadata could not be asked about a new ledger (R65a). */
    TOUCH_NO_ANSWER,

    /** A read asked for a ledger that is not here. */
    READ_NO_LEDGER,
    /** A read was told for certain that an entry is not here (R27). */
    READ_ABSENT,
    /** A read was told that nobody knows (R81). */
    READ_IN_LIMBO,
    /** An entry that should be here cannot be read (R29). */
    READ_DAMAGED,

    /** A long poll waited. */
    POLL_PARKED,
    /** A long poll was woken by a higher confirmed id. */
    POLL_RAISED,
    /** A long poll was woken by a fence. */
    POLL_FENCED,
    /** A long poll ended with its time. */
    POLL_TIMED_OUT,

    /** A confirmed id came without an entry. */
    LAC_RAISED
}
