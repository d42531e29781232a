package io.daybook.stream.writer;

import io.daybook.stream.AppendResult;
import io.daybook.stream.StreamException;
import io.daybook.stream.record.BatchHeader;
import io.daybook.stream.record.OpenBatch;
import io.daybook.stream.segment.BatchRequests;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One batch's requests in order, as a chain, and behind them refusals and flushes that wait for it. Holds the batch, too, which its filler or whoever took
 * it from there owns. Belongs to the stream's loop.
 */
final class Requests implements BatchRequests {
    final OpenBatch batch;
    long queuedBytes; // of the bound on waiting requests, given back when the batch is sent

    private @Nullable PendingAppend first;
    private @Nullable PendingAppend last;

    /** Of a batch without records so far. */
    Requests(OpenBatch batch) {
        this.batch = batch;
    }

    void add(PendingAppend request) {
        request.next = null;
        PendingAppend end = last;
        if (end == null) {
            first = request;
        } else {
            end.next = request;
        }
        last = request;
    }

    @Override
    public void onCommitted(BatchHeader header) {
        for (PendingAppend p = take(); p != null; ) {
            PendingAppend following = p.next;
            p.next = null;
            StreamException refusal = p.refusal;
            if (refusal != null) {
                p.completeExceptionally(refusal);
            } else {
                p.complete(new AppendResult(p.firstOffset, p.firstOffset + p.count - 1, header.timestamp()));
            }
            p = following;
        }
    }

    /** Fails all; a refused request was certainly not applied, the others as {@code sent} or {@code unsent} says. */
    void fail(Supplier<StreamException> applied, Supplier<StreamException> refused) {
        for (PendingAppend p = take(); p != null; ) {
            PendingAppend following = p.next;
            p.next = null;
            p.completeExceptionally(p.refusal == null ? applied.get() : refused.get());
            p = following;
        }
    }

    private @Nullable PendingAppend take() {
        PendingAppend chain = first;
        first = null;
        last = null;
        return chain;
    }
}
