package io.daybook.ledger;

import io.daybook.base.exec.Loops;
import io.daybook.base.metrics.Metrics;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Creates, opens, recovers and deletes ledgers.
 *
 * <p><b>Threads.</b> Safe from any thread. Futures complete on the loop of the ledger; a stage that takes long belongs
 * on the application's own executor. They fail with {@link LedgerException} only.
 */
public interface LedgerClient extends AutoCloseable {

    /** Makes a new ledger and the only handle that will ever append to it (R1). */
    CompletableFuture<LedgerWriter> create(LedgerOptions options);

    /**
     * Opens for reading without disturbing a writer: entries up to the last confirmed one can be read, and followed.
     * Fails with NoSuchLedger, Unauthorized, MetadataUnavailable.
     */
    CompletableFuture<LedgerReader> open(LedgerId ledger, OpenOptions options);

    /**
     * Takes a ledger over: fences its writer, decides the definitive last entry, closes it, and opens it for reading. Idempotent,
     * and safe for several callers at once, who all get the same end. May be retried after any failure.
     */
    CompletableFuture<LedgerReader> openAndRecover(LedgerId ledger, OpenOptions options);

    /**
     * Tells whether an append whose outcome is UNKNOWN is in the ledger: takes the ledger over and compares (R58). Completes with APPLIED or
     * NOT_APPLIED, and with the same for all time; fails as {@link #openAndRecover} does, and may then be called again.
     *
     * @param entryId what the append was to be: its explicit id, or its place in the order of calls from 0 on
     */
    default CompletableFuture<LedgerException.Outcome> resolve(LedgerId ledger, long entryId, OpenOptions options) {
        return openAndRecover(ledger, options).thenApply(reader -> {
            long last = reader.lastAddConfirmed();
            reader.close();
            return entryId <= last ? LedgerException.Outcome.APPLIED : LedgerException.Outcome.NOT_APPLIED;
        });
    }

    /**
     * Deletes a ledger, sealing it first by recovery if it is not closed (R64). Idempotent: a ledger that does not exist counts
     * as deleted.
     */
    CompletableFuture<Void> delete(LedgerId ledger, OpenOptions options);

    /**
     * As {@link #delete}, but for a ledger that cannot be sealed: where recovery ends with RecoveryUndecided, because too many of its bookies are gone, it is
     * deleted as it stands (R64). Its writer, should there still be one, is not told; bookies learn of the deletion and refuse it. Any other failure of the
     * recovery fails this, too.
     */
    CompletableFuture<Void> deleteUnrecoverable(LedgerId ledger, OpenOptions options);

    /** The metadata record as it stands. Fails with NoSuchLedger. */
    CompletableFuture<LedgerMetadata> metadata(LedgerId ledger);

    /**
     * Which confirmed entries of a ledger may lack copies, as its writer noted it (R45); by fragment, slot and entry. Empty if nothing is noted,
     * also when there is no such ledger.
     */
    CompletableFuture<List<RepairHint>> repairHints(LedgerId ledger);

    /**
     * How the ledger came to its bookies and its end: what recoveries decided, and writers that changed bookies or did not close it themselves (R98). Lines of
     * text, the oldest first: a time and who decided, then the decisions, indented. The newest few dozen lines that could be kept, those of this client
     * included; empty if there are none, as when
     * a ledger was written and closed without trouble.
     */
    default CompletableFuture<List<String>> decisions(LedgerId ledger) {
        return CompletableFuture.completedFuture(List.of()); // a client that keeps none has none
    }

    /** Ids of all ledgers in ascending order; complete, or failed. */
    CompletableFuture<List<LedgerId>> list();

    /**
     * What this client counts: {@code daybook.client.read.damaged}, copies that failed their digest wherever one was met, and {@code
     * daybook.client.read.lost}, reads of confirmed entries that no bookie has (R62).
     */
    default Metrics metrics() {
        return new Metrics(); // a client that counts nothing has no meters
    }

    /** The loops that ledgers are spread over. */
    Loops loops();

    /** Largest payload of one entry, in bytes; an append above it is refused before anything is sent. */
    int payloadBytesMax();

    /** Closes connections; appends in flight fail with outcome UNKNOWN. */
    @Override
    void close();
}
