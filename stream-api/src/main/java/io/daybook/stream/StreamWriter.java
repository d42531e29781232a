package io.daybook.stream;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The right to append to one stream, held by at most one process at a time.
 *
 * <p><b>Threads.</b> Safe from any thread. Futures complete on {@linkplain io.daybook.base.exec.Loop the stream's loop}, in the order in which
 * requests were handed in, except that a request refused for its shape or for want of room fails at once; a stage that takes long belongs on the
 * application's own executor.
 *
 * <p><b>Failure.</b> Futures fail with {@link StreamException}, whose {@link StreamException#outcome()} says whether the records may still turn up.
 * A writer that lost its stream is finished: open another.
 *
 * <p><b>Limits.</b> Requests waiting to be sent are bounded in bytes; with the bound reached an append is refused with Throttled. Await
 * {@link #writable()} before handing in more, or let the request wait with {@link AppendOptions#mayWait()}.
 */
public interface StreamWriter {

    /** Appends one record; completes with its offset once it is durable. */
    CompletableFuture<AppendResult> append(LogRecord record);

    /** Appends records that become visible together, with consecutive offsets, or not at all. */
    CompletableFuture<AppendResult> append(List<LogRecord> records, AppendOptions options);

    /** Completes when there is room for more: at once, when half of the queue has been sent, or when the writer has ended. */
    CompletableFuture<Void> writable();

    /** Completes when everything handed in before has been committed or has failed. */
    CompletableFuture<Void> flush();

    /** Starts a new segment; completes when appends go there. */
    CompletableFuture<Void> roll();

    StreamId stream();

    /** The number of this ownership; a later owner has a larger one. */
    long epoch();

    /** Offset the next request will get if all before it succeed. */
    long assignedTail();

    /** Offset after the last committed record. */
    long committedTail();

    /**
     * Sends what was handed in, ends the segment and gives the stream back, so that the next owner needs no recovery. Later appends are refused.
     * Closing twice gives the same future.
     */
    CompletableFuture<Void> close();

    /** Stops at once; what is in flight fails with outcome UNKNOWN, the next owner recovers the end. */
    void abort();

    /** Completes when the writer has ended: normally after {@link #close()} or {@link #abort()}, else with the reason. */
    CompletableFuture<Void> closed();
}
