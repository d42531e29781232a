package io.daybook.stream.segment;

import io.daybook.stream.record.RecordBatch;

/**
 * A batch on its way to storage. Owns the batch until it is committed, since a failed ledger means sending it again.
 *
 * @param batch the bytes
 * @param requests who waits for them
 */
public record SentBatch(RecordBatch batch, BatchRequests requests) {}
