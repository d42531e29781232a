package io.daybook.stream.metadata;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaStore;
import io.daybook.ledger.metadata.Versioned;
import io.daybook.stream.StreamId;
import org.jspecify.annotations.Nullable;

/**
 * Where stream records are kept. Failures are {@link MetaException}, or StreamException for a record that cannot be read or written.
 *
 * <p><b>Threads.</b> Safe from any thread; promises and watchers run on the loop the caller names.
 */
public interface StreamMetadataStore {

    /** The record, or null if there is none; the answer may be stale. */
    Promise<@Nullable Versioned<StreamMetadata>> read(StreamId stream, Loop loop);

    /** The record as of some moment after the call, or null if there is none. */
    Promise<@Nullable Versioned<StreamMetadata>> readLinearizable(StreamId stream, Loop loop);

    /** Writes a record if the one there has {@code expectedVersion}; completes with the new version. */
    Promise<Integer> replace(StreamMetadata next, int expectedVersion, Loop loop);

    /** Calls {@code changed} soon after the record changed, and perhaps without a change. */
    MetaStore.Watch watch(StreamId stream, Runnable changed, Loop loop);
}
