package io.daybook.ledger.client;

import io.daybook.base.error.Check;
import io.daybook.ledger.Replication;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Votes on the entries above the highest confirmed one, and their verdicts in id order: step 5 of a recovery (R48, R13). Entries
 * above the one to be decided may be read ahead; their votes wait.
 *
 * <p><b>Buffers.</b> Owns the copies that voted; hands one over with the verdict, releases the others. Belongs to one recovery attempt.
 */
final class RecoveryScan {
    private final Replication replication;
    private final RecovererRules rules;
    private final @Nullable ByteBuf[] copies;
    private final long[] answered; // bit per slot
    private final long[] negative; // bit per slot
    private final long[] found; // bit per slot

    private long undecided; // lowest entry without verdict
    private long nextRead; // lowest entry not asked for

    /** Scans from {@code firstEntry}, at most {@code window} entries ahead. */
    RecoveryScan(Replication replication, RecovererRules rules, long firstEntry, int window) {
        this.replication = replication;
        this.rules = rules;
        this.found = new long[window];
        this.copies = new ByteBuf[window];
        this.answered = new long[window];
        this.negative = new long[window];
        this.undecided = firstEntry;
        this.nextRead = firstEntry;
    }

    /** The lowest entry without verdict. */
    long undecided() {
        return undecided;
    }

    /** The entry to ask for next, or −1 while the window is full. */
    long nextToRead() {
        return nextRead - undecided < copies.length ? nextRead : -1;
    }

    /** Notes that {@link #nextToRead()} was asked for. */
    void asked() {
        Check.state(nextToRead() >= 0, "too many entries are read ahead of %s", undecided);
        int at = place(nextRead);
        copies[at] = null;
        answered[at] = 0;
        negative[at] = 0;
        found[at] = 0;
        nextRead++;
    }

    /** Counts a reply. Takes {@code copy} over; it is present with POSITIVE only. */
    void vote(long entry, int slot, Evidence evidence, @Nullable ByteBuf copy) {
        if (entry < undecided || entry >= nextRead || (answered[place(entry)] & 1L << slot) != 0) {
            if (copy != null) {
                copy.release();
            }
            return;
        }
        int at = place(entry);
        answered[at] |= 1L << slot;
        if (evidence == Evidence.NEGATIVE) {
            negative[at] |= 1L << slot;
        }
        if (copy != null) {
            found[at] |= 1L << slot;
        }
        if (copy != null && copies[at] == null) {
            copies[at] = copy;
        } else if (copy != null) {
            copy.release();
        }
    }

    /** What is known of {@link #undecided()}. */
    Verdict verdict() {
        if (undecided == nextRead) {
            return Verdict.OPEN;
        }
        int at = place(undecided);
        boolean allIn = Long.bitCount(answered[at]) == replication.writeQuorum();
        if (copies[at] != null) {
            return Verdict.PRESENT;
        }
        if (rules.certainlyAbsent(replication, Long.bitCount(negative[at]))) {
            return allIn ? Verdict.ABSENT : Verdict.ABSENT_SO_FAR;
        }
        return allIn ? Verdict.UNDECIDABLE : Verdict.OPEN;
    }

    /** Slots that delivered {@link #undecided()}, a bit set. */
    long foundAt() {
        return found[place(undecided)];
    }

    /** Takes the copy of {@link #undecided()}, which is present, and moves on; the copy is the caller's. */
    ByteBuf takePresent() {
        int at = place(undecided);
        ByteBuf copy = copies[at];
        Check.state(copy != null, "no copy of entry %s was found", undecided);
        copies[at] = null;
        undecided++;
        return copy;
    }

    /** Forgets all votes. */
    void discard() {
        for (long entry = undecided; entry < nextRead; entry++) {
            ByteBuf copy = copies[place(entry)];
            copies[place(entry)] = null;
            if (copy != null) {
                copy.release();
            }
        }
        nextRead = undecided;
    }

    /** Votes on {@link #undecided()} for messages: {@code 1 of 3 said no, 2 gave no certain answer}. */
    String explained() {
        int no = Long.bitCount(negative[place(undecided)]);
        int all = Long.bitCount(answered[place(undecided)]);
        return "%d of %d bookies said no, %d gave no certain answer".formatted(no, replication.writeQuorum(), all - no);
    }

    private int place(long entry) {
        return (int) (entry % copies.length);
    }

    /** What the votes on an entry come to. */
    enum Verdict {
        /** More answers are needed. */
        OPEN,
        /** A valid copy exists. */
        PRESENT,
        /** Certainly never acknowledged; every slot has answered or failed. */
        ABSENT,
        /** Certainly never acknowledged, but a slot that has not answered yet may still have a copy (R53). */
        ABSENT_SO_FAR,
        /** All have answered or failed, and nothing is certain. */
        UNDECIDABLE
    }
}
