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
 * <p><b>Failure.</b> After the first failed append no later one succeeds (LS2), except that one refused at once (WindowFull, TooLarge,
 * DuplicateEntry) leaves the handle as it was; {@link #ended()} tells why. A failed append carries its {@link LedgerException#outcome() outcome}.
 *
 * <p><b>Deferred sync.</b> With {@link LedgerOptions#deferredSync()} an append completes when an ack quorum has the entry in memory: it promises nothing,
 * and readers do not see it, until a {@link #force()} has confirmed it. What was accepted and not forced may be lost when bookies crash and this
 * writer ends too. Payloads stay in memory until they are confirmed; at half the window a force starts by itself.
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

    /**
     * As {@link #append(ByteBuf)} for a ledger with {@link LedgerOptions#explicitIds()}: the caller chooses the id, each once, in any order. Entries are
     * acknowledged in id order, so this one waits for all below it. An id that was given before fails with DuplicateEntry, one too far above a missing
     * one with WindowFull; both leave the handle as it was. Ids still waiting for a lower one when the handle ends fail with NOT_APPLIED.
     */
    default CompletableFuture<Long> append(long entryId, ByteBuf payload) {
        payload.release();
        throw new IllegalArgumentException(
                "ledger %s gives ids by itself; make it with explicit ids to choose them".formatted(ledger()));
    }

    /**
     * Confirms what was accepted up to now: completes with {@link #lastAddConfirmed()} when that is at least the {@link #lastAddAccepted()} of
     * this call (R108). Without deferred sync there is nothing to wait for. Fails with outcome UNKNOWN when the handle ends before.
     */
    default CompletableFuture<Long> force() {
        return CompletableFuture.completedFuture(lastAddConfirmed());
    }

    /** Id of the last entry that was accepted, be it only in memory (R106), −1 if none; without deferred sync the last confirmed one. */
    default long lastAddAccepted() {
        return lastAddConfirmed();
    }

    /** Id of the last confirmed entry: on the disks of an ack quorum, visible to readers; −1 if none. */
    long lastAddConfirmed();

    /** Id of the last entry handed in, −1 if none. */
    long lastAddPushed();

    /** Payload bytes of all entries handed in. */
    long length();

    /** False while the window of entries or bytes in flight is full. */
    boolean writable();

    /** Calls {@code listener} on the loop each time {@link #writable()} turns true again; replaces the earlier listener. */
    void onWritable(@Nullable Runnable listener);

    /** Tells the current ensemble the last confirmed id now; when nothing is in flight a writer does so by itself within a millisecond or two (R63b). */
    void advanceLastAddConfirmed();

    /**
     * Waits for the entries in flight, forces them with deferred sync (R110), then seals the ledger at the last acknowledged one (R57). Completes with the closed record.
     * Fails with SealedByOther when somebody else sealed it elsewhere. Closing twice gives the same future.
     */
    CompletableFuture<LedgerMetadata> close();

    /**
     * Seals the ledger at the last acknowledged entry, forcing it with deferred sync, without waiting for what is in flight, which fails with NOT_APPLIED; otherwise as {@link
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
