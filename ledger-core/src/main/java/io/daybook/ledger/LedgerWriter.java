package io.daybook.ledger;

import io.daybook.base.exec.Loop;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The one handle that appends to a ledger.
 *
 * <p><b>Threads.</b> Safe from any thread; ids follow the order in which {@code append} was called. Futures complete on {@link #loop()}, in id order.
 *
 * <p><b>Failure.</b> After the first failed append no later one succeeds (LS2); {@link #ended()} tells why. A failed append
 * carries its {@link LedgerException#outcome() outcome}.
 */
public interface LedgerWriter {

    LedgerId ledger();

    /** The ledger's record as this writer last wrote it. */
    LedgerMetadata metadata();

    /** The loop that owns this writer; appends from it cost no hand-over. */
    Loop loop();

    /**
     * Appends one entry and completes with its id once an ack quorum has it on disk. Takes {@code payload} over. With a full window,
     * or a payload over the limit, the future has failed with outcome NOT_APPLIED.
     */
    CompletableFuture<Long> append(ByteBuf payload);

    /** Id of the last acknowledged entry, −1 if none. */
    long lastAddConfirmed();

    /** Id of the last entry handed in, −1 if none. */
    long lastAddPushed();

    /** Payload bytes of all entries handed in. */
    long length();

    /** False while the window of entries or bytes in flight is full. */
    boolean writable();

    /** Calls {@code listener} on the loop each time {@link #writable()} turns true again; replaces the earlier listener. */
    void onWritable(@Nullable Runnable listener);

    /** Tells the current ensemble the last confirmed id now, so that readers see it without another append (R63b). */
    void advanceLastAddConfirmed();

    /**
     * Waits for the entries in flight, then seals the ledger at the last acknowledged one (R57). Completes with the closed record.
     * Fails with SealedByOther when somebody else sealed it elsewhere. Closing twice gives the same future.
     */
    CompletableFuture<LedgerMetadata> close();

    /**
     * Seals the ledger at the last acknowledged entry without waiting for what is in flight, which fails with NOT_APPLIED; otherwise as {@link
     * #close()}. After a close that still waits, it ends the wait.
     */
    CompletableFuture<LedgerMetadata> closeNow();

    /** Drops the handle without sealing: what is in flight fails with outcome UNKNOWN, recovery decides the end. */
    void abandon();

    /** Completes when the handle has ended: with null after a close or abandon, with the exception that ended it otherwise. */
    CompletableFuture<@Nullable LedgerException> ended();

    /** The latest decisions taken for this ledger, oldest first, one per line (R98): ensemble changes, refusals, the seal. */
    default CompletableFuture<String> decisions() {
        return CompletableFuture.completedFuture("");
    }

    /** Confirmed entries that a bookie of their write set never acknowledged, bounded in number (R45). */
    default CompletableFuture<List<RepairHint>> repairHints() {
        return CompletableFuture.completedFuture(List.of());
    }
}
