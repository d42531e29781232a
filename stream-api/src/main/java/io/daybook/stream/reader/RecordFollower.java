package io.daybook.stream.reader;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.time.Deadline;
import io.daybook.stream.StreamId;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.metadata.StreamMetadataStore;
import io.daybook.stream.metadata.StreamRecords;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a reader's copy of its stream's record fresh: when the watch says so, when asked, and now and then while the reader has nothing to read. One read
 * is under way at a time; who asks meanwhile gets another after it. Belongs to the reader's loop.
 */
final class RecordFollower {
    private final StreamRecords records;
    private final Loop loop;
    private final Duration patience;
    private final Listener listener;

    private StreamMetadata record;
    private MetaStore.@Nullable Watch watch;
    private boolean reading;
    private boolean readAgain;
    private boolean refreshing; // a timer will read it again
    private boolean closed;

    RecordFollower(StreamRecords records, Loop loop, Duration patience, StreamMetadata record, Listener listener) {
        this.records = records;
        this.loop = loop;
        this.patience = patience;
        this.record = record;
        this.listener = listener;
    }

    /** Told on the loop, not after {@link #close}. */
    interface Listener {
        void onRecord(StreamMetadata newer);

        /** The record could not be read; what is known stays. */
        void onUnread(@Nullable Throwable failure);
    }

    void start(StreamMetadataStore store, StreamId stream) {
        watch = store.watch(stream, this::reload, loop);
        reload(); // it may have changed before the watch was there
    }

    /** The record as last read. */
    StreamMetadata record() {
        return record;
    }

    /** Reads the record again. */
    void reload() {
        if (closed) {
            return;
        }
        if (reading) {
            readAgain = true;
            return;
        }
        reading = true;
        Futures.whenDone(records.read(Deadline.after(loop.clock(), patience)), loop, (newer, failure) -> {
            reading = false;
            if (closed) {
                return;
            }
            if (newer != null) {
                record = newer;
                listener.onRecord(newer);
            } else {
                listener.onUnread(failure);
            }
            if (readAgain) {
                readAgain = false;
                reload();
            }
        });
    }

    /** Reads the record again after {@code pause}, if {@code wanted} then. */
    void reloadLater(Duration pause, BooleanSupplier wanted) {
        if (refreshing) {
            return;
        }
        refreshing = true;
        loop.schedule(pause.toNanos(), () -> {
            refreshing = false;
            if (wanted.getAsBoolean()) {
                reload();
            }
        });
    }

    void close() {
        closed = true;
        MetaStore.Watch watching = watch;
        if (watching != null) {
            watching.close();
        }
    }
}
