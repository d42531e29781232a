package io.daybook.stream.segment;

import io.daybook.stream.record.RecordBatch;
import io.daybook.stream.record.TailState;

/**
 * A batch on its way to storage. Owns the batch until it is committed, since a failed ledger means sending it again.
 *
 * @param batch the bytes
 * @param requests who waits for them
 * @param after what the batch behind it continues from
 */
public record SentBatch(RecordBatch batch, BatchRequests requests, TailState after) {

    public SentBatch(RecordBatch batch, BatchRequests requests) {
        this(batch, requests, TailState.after(batch.header()));
    }
}
