package io.daybook.benchmarks.load;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One log open for appending.
 *
 * <p><b>Threads.</b> Safe from any thread. Acknowledgements of one log come in the order of the appends, one at a time, on its {@link #lane()}.
 */
public interface LoadLog {

    /** What names the log to {@link LoadTarget#read} and the others. */
    String id();

    /** The single thread on which this log's acknowledgements come; logs that share one give the same object. Appends from it are the cheapest. */
    Executor lane();

    /**
     * Appends record {@code sequence} of log {@code number} as {@code payloads} makes it. {@code acks} is told once: when the record is as durable as
     * the system promises, or has failed.
     *
     * @param token comes back with the acknowledgement
     */
    void append(Payloads payloads, int number, long sequence, long token, Acks acks);

    /** Ends the log in an orderly way, after what was appended. */
    CompletableFuture<@Nullable Void> close();

    /** Drops the writer as a crash would: what is in flight may or may not be there. */
    void abandon();

    /** Told of the end of each append. */
    interface Acks {

        /**
         * The end of one append.
         *
         * @param number the log's number, as given
         * @param position where the system put the record, counted from 0; meaningless with a failure
         * @param token as given
         */
        void done(int number, long position, long token, @Nullable Throwable failure);
    }
}
