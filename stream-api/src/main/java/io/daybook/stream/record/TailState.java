package io.daybook.stream.record;

/**
 * What a stream's next batch must continue from.
 *
 * @param nextOffset offset of the next record
 * @param timestamp of the last batch; the next one's is not smaller
 * @param txid last ordering number; 0 before the first record
 * @param fence the application's fence value, which never decreases
 */
public record TailState(long nextOffset, long timestamp, long txid, long fence) {

    /** A stream nobody wrote to. */
    public static TailState initial(long initialOffset) {
        return new TailState(initialOffset, 0, 0, 0);
    }

    /** The state after a batch with this header. */
    public static TailState after(BatchHeader header) {
        return new TailState(header.endOffset(), header.timestamp(), header.lastTxid(), header.fence());
    }
}
