package io.daybook.stream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Follows a stream in offset order, across segments and owners, and waits at the tail.
 *
 * <p><b>Threads.</b> Safe from any thread; futures complete on {@linkplain io.daybook.base.exec.Loop the stream's loop}. One {@code next} may be
 * outstanding at a time.
 *
 * <p><b>Failure.</b> Futures fail with {@link StreamException}. After Corrupt or DataLost the reader stays where it is. Records up to the failure
 * are delivered before it.
 */
public interface StreamReader extends AutoCloseable {

    /** Up to 1,000 records and 1 MiB, waiting as long as it takes for the first. */
    default CompletableFuture<Records> next() {
        return next(1_000, 1 << 20, Duration.ofDays(36_500));
    }

    /**
     * The next records: at least one, or none once {@code maxWait} has passed or at the end of the stream. Ends at {@code maxRecords}, or behind
     * the record that brings the content to {@code maxBytes} or more. Cancelling the future consumes nothing.
     */
    CompletableFuture<Records> next(int maxRecords, long maxBytes, Duration maxWait);

    StreamId stream();

    /** Offset of the next record to be delivered. */
    long offset();

    /** The position as a word that can be kept and opened again. */
    PositionToken position();

    /** Gives up buffers and handles; a waiting {@code next} fails with Closed. */
    @Override
    void close();
}
