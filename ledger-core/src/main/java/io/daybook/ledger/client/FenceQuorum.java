package io.daybook.ledger.client;

import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryHeader;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Which slots of the last fragment have been fenced, and the highest confirmed id they knew: step 3 of a recovery (R48). Belongs
 * to one recovery attempt.
 */
final class FenceQuorum {
    private final Replication replication;
    private final RecovererRules rules;
    private final long[] copyIds; // last entry per slot, −1 if none
    private final long[] copyLengths;
    private long answered; // bit per slot, failures included
    private long covered; // bit per slot
    private long best = -1;
    private int largest; // bytes of a copy

    FenceQuorum(Replication replication, RecovererRules rules) {
        this.replication = replication;
        this.rules = rules;
        this.copyIds = new long[replication.ensemble()];
        this.copyLengths = new long[replication.ensemble()];
        Arrays.fill(copyIds, -1);
    }

    /** The slot's last entry, with a valid digest: the slot is fenced, and the entry's confirmed id counts. Borrows {@code copy}. */
    void positive(int slot, ByteBuf copy) {
        answered |= 1L << slot;
        covered |= 1L << slot;
        best = Math.max(best, EntryHeader.lastAddConfirmed(copy));
        copyIds[slot] = EntryHeader.entryId(copy);
        copyLengths[slot] = EntryHeader.length(copy);
        largest = Math.max(largest, copy.readableBytes());
    }

    /** The slot is fenced and has no entry. */
    void negative(int slot) {
        answered |= 1L << slot;
        covered |= 1L << slot;
    }

    /** Nothing is known of the slot. */
    void unknown(int slot) {
        answered |= 1L << slot;
    }

    boolean answered(int slot) {
        return (answered & 1L << slot) != 0;
    }

    boolean allAnswered() {
        return Long.bitCount(answered) == replication.ensemble();
    }

    /** Whether no ack quorum can be formed any more without a fenced slot (R12). */
    boolean covers() {
        return rules.covers(replication, covered);
    }

    /** Highest confirmed id of a valid copy, −1 if none. */
    long best() {
        return best;
    }

    /** The last entry that {@code slot} has shown, −1 if none. */
    long shown(int slot) {
        return copyIds[slot];
    }

    /** The last entry that any slot has shown, −1 if none. */
    long lastShown() {
        return Arrays.stream(copyIds).max().orElse(-1);
    }

    /** Bytes of the largest copy shown, 0 if none. */
    int largest() {
        return largest;
    }

    /** Cumulative length of {@code entry} if it was among the copies, else −1. */
    long lengthOf(long entry) {
        for (int slot = 0; slot < copyIds.length; slot++) {
            if (copyIds[slot] == entry && entry >= 0) {
                return copyLengths[slot];
            }
        }
        return -1;
    }

    /** Slots as {@code 0 fenced, 1 unknown, 2 silent}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int slot = 0; slot < copyIds.length; slot++) {
            String state = (covered & 1L << slot) != 0 ? " fenced" : answered(slot) ? " unknown" : " silent";
            text.append(slot == 0 ? "" : ", ").append(slot).append(state);
        }
        return text.toString();
    }
}
