package io.daybook.ledger.client;

import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Replication;

/**
 * The end that a recovery has found: the last entry, and the length of the ledger up to it, which is looked for: step 8 of a recovery (R48).
 * The length came with the last entry if that was written back or shown at the fence; else the entry is read for it. Belongs to one attempt.
 */
final class RecoveredEnd {
    private final long last; // −1: the ledger is empty
    private final int attempt;
    private final LedgerMetadata claimed;
    private final RecoveryEffects effects;
    private final RecoveryAttempt owner;
    private long length = -1; // −1: not known yet
    private int asked; // reads without an answer

    RecoveredEnd(long last, int attempt, LedgerMetadata claimed, RecoveryEffects effects, RecoveryAttempt owner) {
        this.last = last;
        this.attempt = attempt;
        this.claimed = claimed;
        this.effects = effects;
        this.owner = owner;
    }

    /** Looks for the length; what lies behind {@code start} was written back. */
    void findLength(long start, WriteBacks writeBacks, FenceQuorum fences) {
        if (last < 0) {
            length = 0;
            effects.reached(RecovererMark.LENGTH_OF_NOTHING);
        } else if (last > start) {
            length = writeBacks.length(last);
            effects.reached(RecovererMark.LENGTH_WRITTEN_BACK);
        } else {
            length = fences.lengthOf(last);
            effects.reached(length < 0 ? RecovererMark.LENGTH_READ : RecovererMark.LENGTH_FENCED);
        }
        if (length < 0) {
            readLength();
        }
    }

    private void readLength() {
        Fragment fragment = claimed.fragmentOf(last);
        Replication replication = claimed.replication();
        asked = replication.writeQuorum();
        for (int i = 0; i < replication.writeQuorum(); i++) {
            effects.lengthRead(attempt, fragment.bookies().get(replication.slot(last, i)), last);
        }
    }

    /** Answer to {@link RecoveryEffects#lengthRead}: the cumulative length in a valid copy, or −1. */
    void onLengthReply(long found) {
        if (asked == 0 || length >= 0) {
            return;
        }
        asked--;
        if (found >= 0) {
            length = found;
            owner.onLength();
        } else if (asked == 0) {
            effects.reached(RecovererMark.LENGTH_UNKNOWN);
            owner.stop(new LedgerException.RecoveryUndecided(
                    "ledger %s cannot be recovered now: no bookie delivered its last entry, %s; try again when more are up"
                            .formatted(owner.ledger(), last),
                    null));
        }
    }

    /** The last entry; −1 if there is none. */
    long last() {
        return last;
    }

    /** Bytes of all payloads; −1 if not known yet. */
    long length() {
        return length;
    }
}
