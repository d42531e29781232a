package io.daybook.stream.record;

/**
 * What a batch gets when it is sent, rather than when it is filled.
 *
 * @param streamId stream
 * @param seq segment
 * @param epoch ownership that sends it
 * @param snapshotEntry entry of the latest producer snapshot in the segment's ledger; the segment start is one
 * @param timestamp ms since the epoch, not smaller than any earlier batch's
 * @param txid last ordering number before this batch; a batch whose records carry none of their own takes the timestamp instead
 * @param fence the application's fence after this batch
 */
public record BatchStamp(
        long streamId, long seq, long epoch, int snapshotEntry, long timestamp, long txid, long fence) {}
