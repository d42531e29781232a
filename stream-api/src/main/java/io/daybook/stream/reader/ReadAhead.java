package io.daybook.stream.reader;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.stream.record.RecordBatch;
import io.daybook.stream.segment.SegmentCursor;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Keeps batches ready ahead of the consumer, bounded in bytes and in number, by asking the cursor for the next ones as soon as a quarter of the room is
 * free. Owns the batches until they are taken. Belongs to the reader's loop.
 */
final class ReadAhead {
    private static final int QUARTERS = 4;

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
        if (from == null || fetching) {
            return;
        }
        // in quarters: one is on its way while those before it are consumed, and none is a handful of entries that
        // happened to fit
        long bytesAtOnce = Math.max(1, config.readAheadSize().bytes() / QUARTERS);
        int entriesAtOnce = Math.max(1, config.readAheadEntries() / QUARTERS);
        boolean room = config.readAheadSize().bytes() - bytes >= bytesAtOnce
                && config.readAheadEntries() - batches.size() >= entriesAtOnce;
        if (!room && !batches.isEmpty()) {
            return;
        }
        fetching = true;
        Futures.whenDone(from.fetch(entriesAtOnce, bytesAtOnce, config.pollTimeout()), loop, (chunk, failure) -> {
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
