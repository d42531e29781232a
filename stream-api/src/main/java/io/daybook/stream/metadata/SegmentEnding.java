package io.daybook.stream.metadata;

/**
 * How a segment ended.
 *
 * @param seq which
 * @param startOffset its first offset
 * @param endOffset offset after its last record; equal to the first offset if it has none
 * @param lastEntry last entry of its ledger, −1 if none
 * @param bytes stored bytes
 * @param startTimestamp of its first batch
 * @param maxTimestamp of its last batch
 * @param maxTxid last ordering number
 * @param byRecovery whether recovery decided the end
 */
public record SegmentEnding(
        long seq,
        long startOffset,
        long endOffset,
        long lastEntry,
        long bytes,
        long startTimestamp,
        long maxTimestamp,
        long maxTxid,
        boolean byRecovery) {

    /** No record in it. */
    public boolean empty() {
        return endOffset == startOffset;
    }
}
