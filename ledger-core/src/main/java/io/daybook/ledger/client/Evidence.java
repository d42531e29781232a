package io.daybook.ledger.client;

import io.daybook.ledger.protocol.Status;

/** What one reply to a fencing request proves (R47). */
enum Evidence {
    /** A copy whose digest is valid. */
    POSITIVE,
    /** The bookie is certain to have none, and will not take one from the old writer any more. */
    NEGATIVE,
    /** Nothing: an error, no answer, or a copy that fails its digest. */
    UNKNOWN,
    /** We may not, or cannot, talk to this bookie: the recovery ends. */
    FATAL;

    /** The evidence of a reply that brought no copy; success without one proves nothing. */
    static Evidence withoutCopy(Status status) {
        return switch (status) {
            case NO_SUCH_ENTRY, NO_SUCH_LEDGER -> NEGATIVE;
            case UNAUTHORIZED, BAD_VERSION -> FATAL;
            default -> UNKNOWN;
        };
    }
}
