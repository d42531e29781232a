package io.daybook.bookie.storage;

import io.daybook.base.exec.Loop;
import java.util.concurrent.CompletionStage;

/** What a flush needs of the journal. */
@FunctionalInterface
public interface CheckpointedLog {

    /**
     * Takes note of how far the log is written: everything before that was put into the store earlier. Safe from any loop.
     *
     * @return to be released when all of it is in synced files
     */
    Checkpoint checkpoint();

    /** A position in the log. */
    @FunctionalInterface
    interface Checkpoint {

        /** The log may drop what is before this position (R37). Asked on {@code caller}; completes there when that is noted durably. */
        CompletionStage<Void> release(Loop caller);
    }
}
