package io.daybook.stream.writer;

import io.daybook.stream.AppendResult;
import io.daybook.stream.StreamException;
import io.daybook.stream.record.BatchHeader;
import io.daybook.stream.segment.BatchRequests;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The requests of one batch in order, as a chain; and behind them refusals and flushes that wait for it. Belongs to the stream's loop. */
final class Requests implements BatchRequests {
    private @Nullable PendingAppend first;
    private @Nullable PendingAppend last;
    long queuedBytes; // of the bound on waiting requests, given back when the batch is sent

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
