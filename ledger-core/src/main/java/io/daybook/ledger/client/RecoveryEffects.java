package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Replication;
import io.daybook.ledger.placement.Choice;
import io.netty.buffer.ByteBuf;
import java.util.List;

/** What a {@link LedgerRecovery} wants done. None of these answers inside the call, but {@link #pick}. */
interface RecoveryEffects {

    /** Write {@code next} if the record is at {@code version}. */
    void compareAndSet(LedgerMetadata next, int version);

    /** Fence, and read the bookie's last entry. */
    void fence(int attempt, BookieId bookie, int slot);

    /** Fence, and read {@code entry}. */
    void fencingRead(int attempt, BookieId bookie, int slot, long entry);

    /**
     * Read up to {@code count} entries from {@code first} on, in one answer of about {@code bytesMax}; fencing where the bookie knows
     * how.
     *
     * @param tried to be given back with the answer
     * @return false, with nothing done, if that is not possible
     */
    default boolean bulkRead(int attempt, BookieId bookie, int slot, long first, int count, int bytesMax, long tried) {
        return false;
    }

    /** How many entries to read ahead and write back at most, where {@code usual} is as many as there is room for. */
    default int windowEntries(int usual) {
        return usual;
    }

    /** How long to wait for slow bookies, where {@code usual} is long enough for most; no safety hangs on it (R4). */
    default long graceNanos(long usual) {
        return usual;
    }

    /** A branch was taken. */
    default void reached(RecovererMark mark) {}

    /** Read {@code entry} for its length. */
    void lengthRead(int attempt, BookieId bookie, long entry);

    /** Send a recovery add; {@code body} is borrowed. */
    void writeBack(int attempt, BookieId bookie, int slot, int tenure, long entry, ByteBuf body);

    /** Name replacements for {@code slots} of {@code members}, in that order. */
    Choice pick(Replication replication, List<BookieId> members, List<Integer> slots);

    /** {@code bookie} failed: others may want to avoid it. */
    void suspected(BookieId bookie, String why);

    /** Call {@link LedgerRecovery#onPauseOver} after a pause. */
    void pause(int attempt, Pause pause, long number, long nanos);

    /** The ledger is closed as {@code record} says; the last effect. */
    void recovered(LedgerMetadata record, int version);

    /** It is not, or not known to be; the last effect. */
    void failed(LedgerException why);

    /** What is waited for. */
    enum Pause {
        FENCE,
        ABSENCE,
        BUSY
    }
}
