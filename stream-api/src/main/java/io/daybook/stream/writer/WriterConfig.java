package io.daybook.stream.writer;

import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;
import java.time.Duration;

/**
 * How this process writes streams.
 *
 * @param targetBatchSize a batch so large is sent even while others are in flight
 * @param linger how long a smaller batch may wait for company while others are in flight; 0 for until they are done
 * @param inflightBatchesMin with fewer batches in flight, the next goes out at once
 * @param inflightBatchesMax batches in flight per stream
 * @param inflightSizeMax bytes in flight per stream
 * @param queueSizeMax bytes waiting to be sent per stream
 * @param recoveryTimeout how long to try to recover what an owner before left
 * @param repairGiveUp how long to try to get on after a ledger failed
 * @param fencedDeleteDelay how long ledgers whose writer was fenced must be kept
 * @param readGrace how long other unused ledgers are kept for readers
 */
public record WriterConfig(
        DataSize targetBatchSize,
        Duration linger,
        int inflightBatchesMin,
        int inflightBatchesMax,
        DataSize inflightSizeMax,
        DataSize queueSizeMax,
        Duration recoveryTimeout,
        Duration repairGiveUp,
        Duration fencedDeleteDelay,
        Duration readGrace) {

    public static final WriterConfig DEFAULT = new WriterConfig(
            DataSize.kibibytes(128),
            Duration.ZERO,
            2,
            64,
            DataSize.mebibytes(32),
            DataSize.mebibytes(64),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofMinutes(60),
            Duration.ofMinutes(5));

    public WriterConfig {
        Check.argument(
                inflightBatchesMin >= 1 && inflightBatchesMin <= inflightBatchesMax,
                "%s to %s batches in flight is no range",
                inflightBatchesMin,
                inflightBatchesMax);
        Check.argument(!linger.isNegative(), "a linger of %s is negative", linger);
    }

    public WriterConfig withQueueSizeMax(DataSize next) {
        return new WriterConfig(
                targetBatchSize,
                linger,
                inflightBatchesMin,
                inflightBatchesMax,
                inflightSizeMax,
                next,
                recoveryTimeout,
                repairGiveUp,
                fencedDeleteDelay,
                readGrace);
    }

    public WriterConfig withRepairGiveUp(Duration next) {
        return new WriterConfig(
                targetBatchSize,
                linger,
                inflightBatchesMin,
                inflightBatchesMax,
                inflightSizeMax,
                queueSizeMax,
                recoveryTimeout,
                next,
                fencedDeleteDelay,
                readGrace);
    }

    public WriterConfig withRecoveryTimeout(Duration next) {
        return new WriterConfig(
                targetBatchSize,
                linger,
                inflightBatchesMin,
                inflightBatchesMax,
                inflightSizeMax,
                queueSizeMax,
                next,
                repairGiveUp,
                fencedDeleteDelay,
                readGrace);
    }
}
