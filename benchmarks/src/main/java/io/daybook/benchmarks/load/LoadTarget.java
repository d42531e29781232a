package io.daybook.benchmarks.load;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A system under load, seen as a set of append-only logs: Daybook's ledgers or streams, or another system's.
 *
 * <p><b>Threads.</b> Safe from any thread; nothing here blocks but {@link #close}. Futures may complete on any thread and carry the failure as the
 * system reports it.
 */
public interface LoadTarget extends AutoCloseable {

    /** What one log is called: "ledger" or "stream". */
    String logWord();

    /** What is appended, in the plural: "entries" or "records". */
    String recordsWord();

    /** Makes a new, empty log. */
    CompletableFuture<LoadLog> create();

    /**
     * Reads a closed log from its first record to its end.
     *
     * @param recordBytes about how large a record is; with it a target bounds what it has in flight
     */
    CompletableFuture<@Nullable Void> read(String id, int recordBytes, RecordSink sink);

    /** Follows a log from its first record on, while it is written. */
    Following follow(String id, RecordSink sink);

    /** Takes over a log whose writer is gone, as another process would: ends that writer's rights, decides the end, closes the log. */
    CompletableFuture<@Nullable Void> recover(String id);

    /** Removes a log and the space it holds. */
    CompletableFuture<@Nullable Void> delete(String id);

    @Override
    void close();

    /** Records on their way to a sink until it is closed. */
    interface Following extends AutoCloseable {

        /** Completes only when following had to end early, with the reason. */
        CompletableFuture<Throwable> failed();

        @Override
        void close();
    }
}
