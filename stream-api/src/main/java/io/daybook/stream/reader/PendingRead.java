package io.daybook.stream.reader;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.stream.Records;
import org.jspecify.annotations.Nullable;

/** Who waits for records, and how many it wants at most. Belongs to the reader's loop. */
final class PendingRead {
    final Promise<Records> promise;
    final int maxRecords;
    final long maxBytes;
    private Loop.@Nullable Timer timer;

    PendingRead(Promise<Records> promise, int maxRecords, long maxBytes) {
        this.promise = promise;
        this.maxRecords = maxRecords;
        this.maxBytes = maxBytes;
    }

    /** Ends the wait by {@code timer}, unless an answer comes first. */
    void limit(Loop.Timer ends) {
        timer = ends;
    }

    void answer(Records records) {
        stopTimer();
        promise.complete(records);
    }

    void fail(Throwable failure) {
        stopTimer();
        promise.completeExceptionally(failure);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel();
        }
    }
}
