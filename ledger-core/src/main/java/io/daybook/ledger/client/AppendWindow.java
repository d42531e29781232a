package io.daybook.ledger.client;

import io.daybook.base.error.Check;
import io.daybook.ledger.Replication;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Entries that were sent and not yet acknowledged by an ack quorum, in id order without gaps (I10), and who has answered for each.
 *
 * <p>A ring over primitive arrays: no object per entry beyond the caller's {@code waiter}. Confirmed entries stay known, without their bytes,
 * until their place is needed again and no add of theirs is open, so that late acknowledgements still count; who is missing then is told to
 * {@link Laggards} (R45). For the sake of open adds at most {@value #PLACES_REMEMBERED_MAX} entries are remembered.
 *
 * <p><b>Buffers.</b> The window owns the bodies of pending entries and releases each when it is confirmed or dropped. Belongs
 * to one state machine.
 */
final class AppendWindow<T> {
    private static final int PLACES_MIN = 256;
    private static final int PLACES_REMEMBERED_MAX = 1 << 16; // 3 MiB of ring

    private final Replication replication;
    private final Laggards laggards;

    // What is known of one entry stands side by side: where a thousand writers take turns, each look elsewhere is a
    // look into memory.
    private static final int HELD = 2; // of each place: the body, the waiter
    private static final int ANSWERS = 3; // of each place
    private static final int ACKS = 0; // bit per slot
    private static final int REFUSALS = 1; // bit per slot that was too busy and is asked again
    private static final int OPEN = 2; // bit per slot that was sent the entry and has not answered

    private @Nullable Object[] held = new Object[PLACES_MIN * HELD];
    private long[] answers = new long[PLACES_MIN * ANSWERS];
    private long[] lengths = new long[PLACES_MIN]; // cumulative payload bytes
    private int mask = PLACES_MIN - 1;

    private long remembered; // lowest id whose place is still its own
    private long first; // lowest id that is not confirmed
    private long next; // id of the next entry
    private long bytes; // bodies held

    /** A window whose first entry will be {@code firstEntry}. */
    AppendWindow(Replication replication, long firstEntry, Laggards laggards) {
        this.replication = replication;
        this.laggards = laggards;
        this.remembered = firstEntry;
        this.first = firstEntry;
        this.next = firstEntry;
    }

    /** Lowest id that is not confirmed; equals {@link #next} when none is pending. */
    long first() {
        return first;
    }

    /** Id the next entry gets. */
    long next() {
        return next;
    }

    int size() {
        return (int) (next - first);
    }

    /** Lowest id whose acknowledgements are still known. */
    long remembered() {
        return remembered;
    }

    /** Entries there is room for before it grows. */
    int places() {
        return mask + 1;
    }

    /** Bytes of the bodies held. */
    long bytes() {
        return bytes;
    }

    boolean pending(long entryId) {
        return entryId >= first && entryId < next;
    }

    /** Adds entry {@link #next()} at the end. Takes {@code body} over. */
    void push(ByteBuf body, long cumulativeLength, T waiter) {
        if (next - first > mask) {
            grow();
        }
        if (next - remembered > mask) {
            if (openLate(remembered) != 0 && mask + 1 < PLACES_REMEMBERED_MAX) {
                grow();
            } else {
                forget(remembered);
            }
        }
        int at = (int) next & mask;
        held[at * HELD] = body;
        held[at * HELD + 1] = waiter;
        answers[at * ANSWERS + ACKS] = 0;
        answers[at * ANSWERS + REFUSALS] = 0;
        answers[at * ANSWERS + OPEN] = 0;
        lengths[at] = cumulativeLength;
        bytes += body.readableBytes();
        next++;
    }

    /** Bytes of a pending entry; borrowed. */
    ByteBuf body(long entryId) {
        ByteBuf body = (ByteBuf) held[place(entryId) * HELD];
        Check.state(body != null, "entry %s is not pending", entryId);
        return body;
    }

    /** Cumulative payload bytes of an entry still known. */
    long length(long entryId) {
        return lengths[(int) entryId & mask];
    }

    /** Who has acknowledged an entry still known: bit per slot. */
    long acks(long entryId) {
        return answers[((int) entryId & mask) * ANSWERS + ACKS];
    }

    /** Notes that a pending entry was sent to {@code slot}, which has not answered yet. */
    void sent(long entryId, int slot) {
        answers[((int) entryId & mask) * ANSWERS + OPEN] |= 1L << slot;
    }

    /** Notes that what was sent to {@code slot} has ended without an acknowledgement. */
    void ended(long entryId, int slot) {
        if (entryId >= remembered && entryId < next) {
            answers[((int) entryId & mask) * ANSWERS + OPEN] &= ~(1L << slot);
        }
    }

    /** Counts an acknowledgement; returns whether the entry is pending and has its ack quorum now. */
    boolean acknowledge(long entryId, int slot) {
        if (entryId < remembered || entryId >= next) {
            return false;
        }
        Check.state(replication.holds(slot, entryId), "slot %s has no part in entry %s", slot, entryId);
        int at = ((int) entryId & mask) * ANSWERS;
        answers[at + ACKS] |= 1L << slot;
        answers[at + REFUSALS] &= ~(1L << slot);
        answers[at + OPEN] &= ~(1L << slot);
        return entryId >= first && Long.bitCount(answers[at + ACKS]) >= replication.ackQuorum();
    }

    /** Forgets an acknowledgement of a pending entry, because its slot changed hands (R46 step 6). */
    void withdraw(long entryId, int slot) {
        int at = place(entryId) * ANSWERS;
        answers[at + ACKS] &= ~(1L << slot);
        answers[at + REFUSALS] &= ~(1L << slot);
        answers[at + OPEN] &= ~(1L << slot);
    }

    /** Notes that {@code slot} was too busy for a pending entry. */
    void refuse(long entryId, int slot) {
        answers[place(entryId) * ANSWERS + REFUSALS] |= 1L << slot;
    }

    /** Whether {@code slot} was too busy for a pending entry; forgets it. */
    boolean takeRefusal(long entryId, int slot) {
        int at = place(entryId) * ANSWERS + REFUSALS;
        boolean refused = (answers[at] & 1L << slot) != 0;
        answers[at] &= ~(1L << slot);
        return refused;
    }

    /** Whether the lowest pending entry has its ack quorum. */
    boolean headComplete() {
        return first < next && Long.bitCount(answers[((int) first & mask) * ANSWERS + ACKS]) >= replication.ackQuorum();
    }

    /** Takes the waiter out of a pending entry before its time; {@link #take} finds none there then. */
    @SuppressWarnings("unchecked") // only push puts waiters in
    T takeWaiter(long entryId) {
        int at = place(entryId) * HELD + 1;
        T waiter = (T) held[at];
        held[at] = null;
        return waiter;
    }

    /** Confirms the lowest pending entry, or drops it: releases its body, returns its waiter. */
    @SuppressWarnings("unchecked") // only push puts waiters in
    T take() {
        int at = place(first) * HELD;
        ByteBuf body = body(first);
        T waiter = (T) held[at + 1];
        held[at] = null;
        held[at + 1] = null;
        bytes -= body.readableBytes();
        first++;
        body.release();
        return waiter;
    }

    /** Tells of confirmed entries that {@code slots} lack, and forgets about it. */
    void settle(long slots) {
        for (long entry = remembered; entry < first; entry++) {
            int at = ((int) entry & mask) * ANSWERS;
            long missing = missing(entry) & slots;
            long late = missing & answers[at + OPEN];
            if (late != 0) {
                laggards.late(entry, late);
            }
            if (missing != late) {
                laggards.missed(entry, missing & ~late);
            }
            answers[at + ACKS] |= missing;
            answers[at + OPEN] &= ~missing;
        }
    }

    private void forget(long entry) {
        long missing = missing(entry);
        if (missing != 0) {
            laggards.missed(entry, missing);
        }
        remembered++;
    }

    private long openLate(long entry) {
        long open = answers[((int) entry & mask) * ANSWERS + OPEN];
        return open == 0 ? 0 : open & missing(entry);
    }

    private long missing(long entry) {
        long acked = acks(entry);
        if (Long.bitCount(acked) == replication.writeQuorum()) {
            return 0;
        }
        long missing = 0;
        for (int i = 0; i < replication.writeQuorum(); i++) {
            missing |= 1L << replication.slot(entry, i);
        }
        return missing & ~acked;
    }

    private int place(long entryId) {
        Check.state(pending(entryId), "entry %s is not pending: %s to %s are", entryId, first, next - 1);
        return (int) entryId & mask;
    }

    private void grow() {
        int old = mask + 1;
        int places = Math.multiplyExact(old, 2);
        @Nullable Object[] newHeld = new Object[places * HELD];
        long[] newAnswers = new long[places * ANSWERS];
        long[] newLengths = new long[places];
        for (long entry = remembered; entry < next; entry++) {
            int from = (int) entry & mask;
            int to = (int) entry & places - 1;
            System.arraycopy(held, from * HELD, newHeld, to * HELD, HELD);
            System.arraycopy(answers, from * ANSWERS, newAnswers, to * ANSWERS, ANSWERS);
            newLengths[to] = lengths[from];
        }
        held = newHeld;
        answers = newAnswers;
        lengths = newLengths;
        mask = places - 1;
    }

    /** Told of confirmed entries that are on fewer bookies than they should be. */
    interface Laggards {

        /** {@code entryId} is confirmed, but {@code slots}, a bit set, never acknowledged it and will not. */
        void missed(long entryId, long slots);

        /** {@code entryId} is confirmed; {@code slots}, a bit set, were sent it and have not answered. The window counts their answer no more. */
        default void late(long entryId, long slots) {
            missed(entryId, slots);
        }
    }
}
