package io.daybook.stream.reader;

import io.daybook.base.config.DataSize;
import java.time.Duration;

/**
 * How this process reads streams.
 *
 * @param readAheadSize bytes of batches kept ready per reader
 * @param readAheadEntries batches kept ready per reader; a bound on objects, while the bytes are what is meant to limit
 * @param pollTimeout how long a bookie may hold a question for the next entry
 * @param refreshInterval how often the record is read again while no segment holds the next offset
 * @param stallCheck after so long without progress a reader looks whether it has missed something
 * @param stallLimit so many fruitless checks make a stalled reader
 */
public record ReaderConfig(
        DataSize readAheadSize,
        int readAheadEntries,
        Duration pollTimeout,
        Duration refreshInterval,
        Duration stallCheck,
        int stallLimit) {

    public static final ReaderConfig DEFAULT = new ReaderConfig(
            DataSize.mebibytes(8), 4_000, Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(15), 5);
}
