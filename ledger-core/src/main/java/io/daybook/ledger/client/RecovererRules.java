package io.daybook.ledger.client;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryDigest;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The decisions of a recovery that safety hangs on, one method each, so that a test can break one rule in the production code and
 * see that the break is found (R92). There is one way to answer them in production, {@link SafeRecovererRules}.
 *
 * <p>Stateless; called on the loop of the recovery.
 */
interface RecovererRules {

    /** Whether the bits of {@code fenced} slots are enough to read on (R12, R48 step 3). */
    boolean covers(Replication replication, long fenced);

    /** What a reply without a valid copy proves; a bookie that did not answer counts as IO_ERROR (R47). */
    Evidence withoutCopy(Status status);

    /** The last entry that need not be written back, from the best confirmed id and the first id of the last fragment (R48 step 4). */
    long start(long bestConfirmed, long firstOfLastFragment);

    /** The bookie of {@code slot} to read from: {@code snapshot} is what the recovery began with, {@code now} where it writes (R48 step 2). */
    BookieId readFrom(Fragment snapshot, Ensemble now, int slot);

    /** Whether reads of entries set the fence too (R50). */
    boolean readsFence();

    /** Whether so many certain negatives for one entry prove that it was never acknowledged (R13). */
    boolean certainlyAbsent(Replication replication, int negatives);

    /** Slots whose write-back is spared, a bit set, since the {@code foundAt} slots delivered the entry (R49). */
    long acknowledgedByReading(long foundAt);

    /**
     * The bytes to write back for a valid {@code copy}, which is borrowed; the answer is the caller's to release (R51).
     *
     * @param finished the last entry whose write-back is finished
     */
    ByteBuf writtenBack(ByteBuf copy, long finished, EntryDigest digest);

    /** A record to write before the end, once bookies were replaced as {@code local} says; null for none (R52). */
    @Nullable
    LedgerMetadata publishedEarly(LedgerMetadata record, Map<Long, List<BookieId>> local);

    /** Whether the ledger may be closed at {@code end} while write-backs are finished up to {@code finished} (R48 step 9). */
    boolean mayClose(long finished, long end);

    /** Whether a seal that lost a race is written all the same, whatever {@code found} says: without a condition, that is (R6). */
    boolean sealsBlindly(LedgerMetadata found);

    /** Whether a close that lost a race may be tried again on {@code found}, which is in recovery (R48 step 10). */
    boolean mayCloseAgain(Fragment snapshot, LedgerMetadata found);
}
