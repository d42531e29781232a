package io.daybook.stream.segment;

import io.daybook.stream.record.RecordBatch;
import io.daybook.stream.record.TailState;
import org.jspecify.annotations.Nullable;

/** A batch on its way to storage. Owns the batch until it is committed, since a failed ledger means sending it again. Belongs to the stream's loop. */
public final class SentBatch {
    private final RecordBatch batch;
    private final BatchRequests requests;
    private final TailState after;

    @Nullable
    SentBatch next; // sent to the same segment

    /** {@code batch}, taken over, for whose end {@code requests} wait. */
    public SentBatch(RecordBatch batch, BatchRequests requests) {
        this.batch = batch;
        this.requests = requests;
        this.after = TailState.after(batch.header());
    }

    /** The bytes. */
    public RecordBatch batch() {
        return batch;
    }

    /** Who waits for them. */
    public BatchRequests requests() {
        return requests;
    }

    /** What the batch behind it continues from. */
    public TailState after() {
        return after;
    }
}
