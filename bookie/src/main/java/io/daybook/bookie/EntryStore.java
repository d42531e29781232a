package io.daybook.bookie;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where entries live, and what is known of each ledger: write cache, then entry log and index.
 *
 * <p>Nothing put here is durable by itself: the {@link DurableLog} carries it until a flush has written it, and after a crash the log
 * is replayed into the store. Putting an entry again replaces it.
 *
 * <p><b>Threads.</b> All calls about a ledger come from the loop that owns it; promises complete on that loop.
 */
public interface EntryStore {

    /** What is kept of a ledger, or null if nothing. */
    Promise<@Nullable StoredLedger> load(long ledgerId, Loop owner);

    /** Keeps {@code state} (its lastEntry and maxLac are derived from entries and need not be right). Visible to {@link #load} at once. */
    void putState(long ledgerId, StoredLedger state, Loop owner);

    /**
     * Copies an entry into the write cache, where it can be read at once. Borrows {@code body}.
     *
     * @return false, with nothing done, when there is no room until a flush has ended
     */
    boolean put(long ledgerId, long entryId, ByteBuf body, Loop owner);

    /** The entry if it is in memory, else null; the receiver releases it. */
    @Nullable
    ByteBuf cached(long ledgerId, long entryId, Loop owner);

    /** Looks for an entry in memory and on disk. */
    Promise<ReadOutcome> read(long ledgerId, long entryId, Loop owner);

    /**
     * Consecutive entries from {@code firstEntry} while they are here, at most {@code countMax} and about {@code bytesMax} (the first always comes); empty if the
     * first is missing. Fails with {@link BookieException.Damaged} when the first entry cannot be read. The receiver releases them.
     */
    Promise<List<ByteBuf>> readBatch(long ledgerId, long firstEntry, int countMax, long bytesMax, Loop owner);

    /**
     * As {@link #readBatch}, but of entries {@code firstEntry}, {@code firstEntry + stride}, … and as they are stored: without a copy where that can be.
     * {@code bytesMax} counts what stands before the bodies, too. The receiver releases them.
     */
    default Promise<StoredRecords> readRecords(
            long ledgerId, long firstEntry, int stride, int countMax, long bytesMax, Loop owner) {
        return new RecordsOneByOne(this, ledgerId, firstEntry, stride, countMax, bytesMax, owner).read();
    }

    /** Ids of all entries of a ledger in ascending order, or null if nothing is known of the ledger. */
    Promise<long @Nullable []> entries(long ledgerId, Loop owner);

    /** Forgets a ledger, in memory and, with the next flush, on disk. */
    void remove(long ledgerId, Loop owner);
}
