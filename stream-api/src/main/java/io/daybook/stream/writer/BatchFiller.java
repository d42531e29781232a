package io.daybook.stream.writer;

import io.daybook.stream.AppendOptions;
import io.daybook.stream.AppendResult;
import io.daybook.stream.StreamException;
import io.daybook.stream.TxidMode;
import io.daybook.stream.record.OpenBatch;
import io.daybook.stream.record.TailState;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives requests their offsets, in the order in which they come, and fills batches with them. Offsets once given are never taken back. Owns the batches
 * until they are taken or dropped.
 *
 * <p><b>Threads.</b> Belongs to the stream's loop, except {@link #assignedOffset}.
 */
final class BatchFiller {
    private static final int SIZE_HINT_MAX = 1 << 18;
    private static final AtomicLongFieldUpdater<BatchFiller> ASSIGNED_OFFSET =
            AtomicLongFieldUpdater.newUpdater(BatchFiller.class, "assignedOffset");

    private final WriterEnvironment env;
    private final AppendQueue queue;
    private final boolean ownTxids;
    private final int batchBytesMax;

    private @Nullable Requests open;
    private @Nullable Requests newest; // of the batch with the highest offsets, sent or not
    private @Nullable ArrayDeque<Requests> full; // older than the open one; null until there is any
    private int sizeHint = 1 << 10; // as the batch before: a stream's batches resemble each other
    private long assignedTxid;
    private volatile long assignedOffset; // written by the loop

    /** Continues behind {@code tail}; room taken in {@code queue} is given back when a batch is taken or a request refused. */
    BatchFiller(WriterEnvironment env, AppendQueue queue, TailState tail) {
        this.env = env;
        this.queue = queue;
        this.ownTxids = env.config().txidMode() == TxidMode.APPLICATION;
        this.batchBytesMax = env.batchBytesMax();
        this.assignedTxid = tail.txid();
        this.assignedOffset = tail.nextOffset();
    }

    /**
     * Gives {@code request} the next offsets and a place in a batch, unless a condition of its own speaks against it: then it is refused, but told so
     * only when all before it are known.
     *
     * @return whether a batch was begun
     */
    boolean add(PendingAppend request, TailState committed) {
        StreamException refusal = violated(request);
        if (refusal != null) {
            request.refusal = refusal;
            queue.release(request.size);
            follow(request, committed);
            return false;
        }
        Requests requests = open;
        if (requests != null && requests.batch.size() + request.size > batchBytesMax) {
            if (full == null) {
                full = new ArrayDeque<>();
            }
            full.add(takeOpen());
            requests = null;
        }
        long offset = assignedOffset;
        boolean begun = requests == null;
        if (requests == null) {
            requests = new Requests(
                    new OpenBatch(env.allocator(), offset, ownTxids, Math.max(sizeHint, request.size + 128)));
            open = requests;
            newest = requests;
        }
        for (int i = 0; i < request.count; i++) {
            requests.batch.add(request.record(i));
        }
        if (ownTxids) {
            assignedTxid = request.record(request.count - 1).txid();
        }
        request.encoded(offset);
        ASSIGNED_OFFSET.lazySet(this, offset + request.count); // others may see it a moment later
        requests.add(request);
        requests.queuedBytes += request.size;
        return begun;
    }

    /** Answers {@code request}, which has no records or is refused, once everything before it is known. */
    void follow(PendingAppend request, TailState committed) {
        Requests before = newest;
        if (before != null && committed.nextOffset() != assignedOffset) {
            before.add(request);
            return;
        }
        StreamException refusal = request.refusal;
        if (refusal == null) {
            request.complete(new AppendResult(assignedOffset, assignedOffset - 1, committed.timestamp()));
        } else {
            request.completeExceptionally(refusal);
        }
    }

    /** Why the request may not follow those before it, or null. */
    private @Nullable StreamException violated(PendingAppend request) {
        long expected = request.options.expectedOffset();
        if (expected != AppendOptions.ANY_OFFSET && expected != assignedOffset) {
            return new StreamException.ConditionFailed(
                    assignedOffset,
                    "an append to stream %s expected offset %d but would get %d"
                            .formatted(env.name(), expected, assignedOffset));
        }
        if (ownTxids) {
            long last = assignedTxid;
            for (int i = 0; i < request.count; i++) {
                long txid = request.record(i).txid();
                if (txid < last) {
                    return new StreamException.TxidOutOfOrder(
                            "an append to stream %s has txid %d after %d".formatted(env.name(), txid, last));
                }
                last = txid;
            }
        }
        return null;
    }

    /** Whether there is nothing to send. */
    boolean isEmpty() {
        return open == null && (full == null || full.isEmpty());
    }

    /** The oldest batch that can take no more, or null. */
    @Nullable
    Requests takeFull() {
        return full == null ? null : full.poll();
    }

    /** The batch being filled, or null. */
    @Nullable
    OpenBatch open() {
        Requests requests = open;
        return requests == null ? null : requests.batch;
    }

    /** The batch being filled as it is; there must be one, and none that is full. */
    Requests takeOpen() {
        Requests requests = open;
        if (requests == null) {
            throw new IllegalStateException("no batch of stream %s is open".formatted(env.name()));
        }
        open = null;
        sizeHint = Math.min(requests.batch.size() + 128, SIZE_HINT_MAX);
        return requests;
    }

    /** Gives up what was not sent. */
    void dropAll(Supplier<StreamException> notApplied) {
        for (Requests next = takeFull(); next != null; next = takeFull()) {
            drop(next, notApplied);
        }
        if (open != null) {
            drop(takeOpen(), notApplied);
        }
    }

    private void drop(Requests requests, Supplier<StreamException> notApplied) {
        requests.batch.release();
        queue.release(requests.queuedBytes);
        requests.fail(notApplied, notApplied);
    }

    /** Offset the next request will get; any thread. */
    long assignedOffset() {
        return assignedOffset;
    }
}
