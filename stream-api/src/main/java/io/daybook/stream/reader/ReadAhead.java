package io.daybook.stream.reader;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.stream.record.RecordBatch;
import io.daybook.stream.segment.SegmentCursor;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Keeps batches ready ahead of the consumer, bounded in bytes and in number, by asking the cursor for the next ones as soon as there is room. Owns the
 * batches until they are taken. Belongs to the reader's loop.
 */
final class ReadAhead {
    private final ReaderConfig config;
    private final Loop loop;
    private final Listener listener;
    private final ArrayDeque<RecordBatch> batches = new ArrayDeque<>();

    private @Nullable SegmentCursor cursor;
    private boolean fetching;
    private long bytes;
    private long position; // offset after the last batch that is ready

    ReadAhead(ReaderConfig config, Loop loop, Listener listener, long position) {
        this.config = config;
        this.loop = loop;
        this.listener = listener;
        this.position = position;
    }

    /** Told on the loop. */
    interface Listener {
        void onReady();

        /** The cursor's segment has no more; another cursor is needed. */
        void onEnded(SegmentCursor cursor);

        /** A fetch failed; the cursor was closed. */
        void onFailed(SegmentCursor cursor, Throwable failure);
    }

    /** Reads on from {@code next}, which is taken over. */
    void use(SegmentCursor next) {
        drop();
        cursor = next;
        fill();
    }

    /** Closes the cursor; what is ready stays. */
    void drop() {
        SegmentCursor old = cursor;
        cursor = null;
        fetching = false;
        if (old != null) {
            old.close();
        }
    }

    /** Asks for more if there is room. */
    void fill() {
        SegmentCursor from = cursor;
        long room = config.readAheadSize().bytes() - bytes;
        int entries = config.readAheadEntries() - batches.size();
        if (from == null || fetching || room <= 0 || entries <= 0) {
            return;
        }
        fetching = true;
        Futures.whenDone(from.fetch(entries, room, config.pollTimeout()), loop, (chunk, failure) -> {
            if (from != cursor) { // dropped meanwhile
                if (chunk != null) {
                    chunk.batches().forEach(RecordBatch::close);
                }
                return;
            }
            fetching = false;
            if (chunk == null) {
                drop();
                listener.onFailed(from, failure == null ? new IllegalStateException() : failure);
                return;
            }
            for (RecordBatch batch : chunk.batches()) {
                batches.add(batch);
                bytes += batch.size();
                position = batch.header().endOffset();
            }
            if (!chunk.batches().isEmpty()) {
                listener.onReady();
            }
            if (from != cursor) {
                return; // the listener closed us
            }
            if (chunk.ended()) {
                drop();
                listener.onEnded(from);
            } else {
                fill();
            }
        });
    }

    /** The next batch, or null; the caller closes it. */
    @Nullable
    RecordBatch take() {
        RecordBatch batch = batches.poll();
        if (batch != null) {
            bytes -= batch.size();
        }
        return batch;
    }

    @Nullable
    SegmentCursor cursor() {
        return cursor;
    }

    /** Offset after everything that was fetched. */
    long position() {
        return position;
    }

    void close() {
        drop();
        for (RecordBatch batch = take(); batch != null; batch = take()) {
            batch.close();
        }
    }
}
