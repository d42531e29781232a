package io.daybook.stream.segment;

import io.daybook.stream.record.BatchHeader;

/** Who waits for a batch. */
public interface BatchRequests {

    /** For batches nobody waits for. */
    BatchRequests NOBODY = header -> {};

    /** An ack quorum has the batch. */
    void onCommitted(BatchHeader header);
}
