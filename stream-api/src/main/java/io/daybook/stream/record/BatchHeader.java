package io.daybook.stream.record;

import io.daybook.stream.Codec;
import java.util.List;

/**
 * The fixed header of a batch and its producer frames, checked.
 *
 * @param control true for a batch without records
 * @param codec how the body is compressed
 * @param flags all sixteen bits as stored
 * @param headerLength bytes before the body
 * @param bodyCrc CRC32C of the stored body
 * @param streamId stream
 * @param seq segment
 * @param epoch ownership that wrote it
 * @param baseOffset offset of the first record; of a control batch, the next offset
 * @param recordCount records; 0 for control
 * @param bodyLength bytes of the body as stored
 * @param bodyLengthUncompressed bytes of the body once decompressed
 * @param snapshotEntry entry of the latest producer snapshot in this ledger
 * @param timestamp of all its records, ms since the epoch
 * @param firstTxid ordering number of the first record
 * @param lastTxid ordering number of the last record, or of the last one before a control batch
 * @param fence the application's fence after it
 * @param frames which records came from which producer, ascending
 */
public record BatchHeader(
        boolean control,
        Codec codec,
        int flags,
        int headerLength,
        int bodyCrc,
        long streamId,
        long seq,
        long epoch,
        long baseOffset,
        int recordCount,
        int bodyLength,
        int bodyLengthUncompressed,
        int snapshotEntry,
        long timestamp,
        long firstTxid,
        long lastTxid,
        long fence,
        List<ProducerFrame> frames) {

    public BatchHeader {
        frames = List.copyOf(frames);
    }

    /** Offset after the last record. */
    public long endOffset() {
        return baseOffset + recordCount;
    }

    /** Whether records carry their own ordering numbers. */
    public boolean hasTxids() {
        return (flags & RecordFormat.FLAG_TXIDS) != 0;
    }

    /** Whether records carry their distance from the base offset, as compacted segments do. */
    public boolean sparse() {
        return (flags & RecordFormat.FLAG_SPARSE) != 0;
    }

    /**
     * One producer's records within a batch.
     *
     * @param producerId who
     * @param producerEpoch which incarnation
     * @param sequence number of the append request
     * @param firstRecordIndex index of its first record in the batch
     * @param recordCount its records
     */
    public record ProducerFrame(
            long producerId, int producerEpoch, long sequence, int firstRecordIndex, int recordCount) {}
}
