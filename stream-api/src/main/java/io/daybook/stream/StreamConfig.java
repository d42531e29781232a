package io.daybook.stream;

import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.Replication;
import java.time.Duration;

/**
 * How a stream is kept; stored in its record, so that every process agrees.
 *
 * @param replication of its ledgers
 * @param digestType how entries of its ledgers are protected
 * @param codec how bodies are compressed, where that saves a tenth or more
 * @param txidMode who gives ordering numbers; fixed at creation
 * @param initialOffset offset of the first record; fixed at creation
 * @param segmentSizeMax a segment that has grown so large is followed by a new one; 64 KiB to 1 TiB
 * @param segmentAgeMax a segment that has data and is so old is followed by a new one; 1 s to 10 years
 * @param recordSizeMax largest content of one record; 1 B to 4 MiB
 * @param batchSizeMax largest batch, hence largest append request; at least 64 KiB over {@code recordSizeMax}, at most 4 MiB + 64 KiB
 */
public record StreamConfig(
        Replication replication,
        DigestType digestType,
        Codec codec,
        TxidMode txidMode,
        long initialOffset,
        DataSize segmentSizeMax,
        Duration segmentAgeMax,
        DataSize recordSizeMax,
        DataSize batchSizeMax) {

    /** 3/3/2, CRC32C, lz4, segments of 1 GiB or 4 h, records up to 1 MiB. */
    public static final StreamConfig DEFAULT = new StreamConfig(
            Replication.DEFAULT,
            DigestType.CRC32C,
            Codec.LZ4,
            TxidMode.TIMESTAMP,
            0,
            DataSize.gibibytes(1),
            Duration.ofHours(4),
            DataSize.mebibytes(1),
            DataSize.mebibytes(4));

    public StreamConfig {
        Check.argument(initialOffset >= 0, "the initial offset is %s but must be 0 or more", initialOffset);
        Check.argument(
                segmentSizeMax.bytes() >= 64 << 10 && segmentSizeMax.bytes() <= 1L << 40,
                "segments of %s are outside 64KiB to 1024GiB",
                segmentSizeMax);
        Check.argument(
                segmentAgeMax.compareTo(Duration.ofSeconds(1)) >= 0
                        && segmentAgeMax.compareTo(Duration.ofDays(3650)) <= 0,
                "a segment age of %s is outside 1s to 10 years",
                segmentAgeMax);
        Check.argument(
                recordSizeMax.bytes() >= 1 && recordSizeMax.bytes() <= 4 << 20,
                "records of %s are outside 1B to 4MiB",
                recordSizeMax);
        Check.argument(
                batchSizeMax.bytes() >= recordSizeMax.bytes() + (64 << 10)
                        && batchSizeMax.bytes() <= (4 << 20) + (64 << 10),
                "batches of %s are outside 64KiB above the record size, %s, and 4MiB + 64KiB",
                batchSizeMax,
                recordSizeMax);
    }

    public StreamConfig withReplication(Replication next) {
        return new StreamConfig(
                next,
                digestType,
                codec,
                txidMode,
                initialOffset,
                segmentSizeMax,
                segmentAgeMax,
                recordSizeMax,
                batchSizeMax);
    }

    public StreamConfig withDigestType(DigestType next) {
        return new StreamConfig(
                replication,
                next,
                codec,
                txidMode,
                initialOffset,
                segmentSizeMax,
                segmentAgeMax,
                recordSizeMax,
                batchSizeMax);
    }

    public StreamConfig withCodec(Codec next) {
        return new StreamConfig(
                replication,
                digestType,
                next,
                txidMode,
                initialOffset,
                segmentSizeMax,
                segmentAgeMax,
                recordSizeMax,
                batchSizeMax);
    }

    public StreamConfig withTxidMode(TxidMode next) {
        return new StreamConfig(
                replication,
                digestType,
                codec,
                next,
                initialOffset,
                segmentSizeMax,
                segmentAgeMax,
                recordSizeMax,
                batchSizeMax);
    }

    public StreamConfig withInitialOffset(long next) {
        return new StreamConfig(
                replication,
                digestType,
                codec,
                txidMode,
                next,
                segmentSizeMax,
                segmentAgeMax,
                recordSizeMax,
                batchSizeMax);
    }

    public StreamConfig withSegmentSizeMax(DataSize next) {
        return new StreamConfig(
                replication,
                digestType,
                codec,
                txidMode,
                initialOffset,
                next,
                segmentAgeMax,
                recordSizeMax,
                batchSizeMax);
    }

    public StreamConfig withSegmentAgeMax(Duration next) {
        return new StreamConfig(
                replication,
                digestType,
                codec,
                txidMode,
                initialOffset,
                segmentSizeMax,
                next,
                recordSizeMax,
                batchSizeMax);
    }
}
