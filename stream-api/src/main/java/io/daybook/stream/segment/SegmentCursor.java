package io.daybook.stream.segment;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.OpenOptions;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamId;
import io.daybook.stream.metadata.SegmentInfo;
import io.daybook.stream.record.BatchHeader;
import io.daybook.stream.record.ControlRecord;
import io.daybook.stream.record.RecordBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A place in one segment: which ledger, which entry. Delivers its batches in order, each checked to be the one that must follow. Belongs to the
 * reader's loop; at most one {@link #fetch} at a time.
 */
public final class SegmentCursor implements AutoCloseable {
    private final StreamId stream;
    private final LedgerReader reader;
    private final Loop loop;

    private SegmentInfo segment;
    private long nextEntry;
    private long position; // offset the next batch must start at; of the first batch, at or before
    private boolean positioned;
    private boolean ended;

    private SegmentCursor(StreamId stream, SegmentInfo segment, LedgerReader reader, Loop loop, long position) {
        this.stream = stream;
        this.segment = segment;
        this.reader = reader;
        this.loop = loop;
        this.position = position;
    }

    /**
     * Opens {@code segment} without disturbing its writer, at the entry that holds {@code offset}.
     *
     * @param entryHint entry to try first, or −1
     */
    public static Promise<SegmentCursor> open(
            LedgerClient ledgers, StreamId stream, SegmentInfo segment, long offset, long entryHint, Loop loop) {
        Promise<SegmentCursor> opened = loop.promise();
        CompletableFuture<LedgerReader> open = ledgers.open(segment.ledger(), OpenOptions.DEFAULT.withLoop(loop));
        Futures.whenDone(open, loop, (reader, failure) -> {
            if (reader == null) {
                opened.completeExceptionally(failure == null ? new IllegalStateException() : failure);
                return;
            }
            SegmentCursor cursor = new SegmentCursor(stream, segment, reader, loop, offset);
            boolean fromStart = segment.state() == SegmentInfo.State.NEXT || offset == segment.startOffset();
            if (fromStart || cursor.lastEntry() < 0) {
                opened.complete(cursor);
                return;
            }
            EntrySearch search = new EntrySearch(reader, loop, segment.startOffset(), cursor.lastEntry(), offset);
            Futures.whenDone(search.start(entryHint), loop, (entry, unfound) -> {
                if (entry == null) {
                    cursor.close();
                    opened.completeExceptionally(unfound == null ? new IllegalStateException() : unfound);
                } else {
                    cursor.nextEntry = entry;
                    opened.complete(cursor);
                }
            });
        });
        return opened;
    }

    /**
     * Some batches.
     *
     * @param batches data batches in order; the receiver closes them
     * @param ended whether nothing will follow in this segment
     */
    public record Chunk(List<RecordBatch> batches, boolean ended) {}

    /**
     * The next batches, up to {@code countMax} and about {@code bytesMax}; waits up to {@code wait} for one to be committed. An empty chunk that has not
     * ended means: ask again. Fails with LedgerException, or StreamException for batches that may not be delivered.
     */
    public Promise<Chunk> fetch(int countMax, long bytesMax, Duration wait) {
        Promise<Chunk> chunk = loop.promise();
        long last = lastEntry();
        if (ended || (nextEntry > last && (segment.ended() || reader.closed()))) {
            chunk.complete(new Chunk(List.of(), true));
        } else if (nextEntry > last) {
            Futures.whenDone(reader.poll(nextEntry, wait), loop, (poll, failure) -> {
                if (poll == null) {
                    chunk.completeExceptionally(failure == null ? new IllegalStateException() : failure);
                } else {
                    LedgerEntry entry = poll.entry();
                    accept(entry == null ? List.of() : List.of(entry), chunk);
                }
            });
        } else {
            // up to the recorded end, whatever a bookie believes to be confirmed
            var entries = nextEntry <= reader.lastAddConfirmed()
                    ? reader.readBatch(nextEntry, (int) Math.min(countMax, last - nextEntry + 1), bytesMax)
                    : reader.readUnconfirmed(nextEntry, nextEntry);
            Futures.whenDone(entries, loop, (read, failure) -> {
                if (read == null) {
                    chunk.completeExceptionally(failure == null ? new IllegalStateException() : failure);
                } else {
                    accept(read.entries(), chunk);
                }
            });
        }
        return chunk;
    }

    /** Asks the bookies whether there is more than this cursor has seen. */
    public CompletableFuture<Boolean> behind() {
        return reader.readLastAddConfirmed().thenApply(confirmed -> confirmed >= nextEntry);
    }

    /** What the record says of this segment now. */
    public void update(SegmentInfo newer) {
        segment = newer;
    }

    public SegmentInfo segment() {
        return segment;
    }

    /** Entry that will be fetched next. */
    public long nextEntry() {
        return nextEntry;
    }

    @Override
    public void close() {
        reader.close();
    }

    private long lastEntry() {
        return segment.ended() ? segment.lastEntry() : reader.lastAddConfirmed();
    }

    private void accept(List<LedgerEntry> entries, Promise<Chunk> chunk) {
        List<RecordBatch> batches = new ArrayList<>(entries.size());
        StreamException refused = null;
        for (LedgerEntry entry : entries) {
            if (refused != null || ended) {
                entry.close();
                continue;
            }
            try {
                RecordBatch batch = RecordBatch.parse(entry.payload());
                if (check(batch, entry.entryId())) {
                    batches.add(batch);
                } else {
                    batch.close();
                }
                nextEntry = entry.entryId() + 1;
            } catch (StreamException bad) {
                refused = bad;
            }
        }
        if (refused == null) {
            chunk.complete(new Chunk(batches, ended));
        } else if (batches.isEmpty()) {
            chunk.completeExceptionally(refused);
        } else {
            chunk.complete(new Chunk(batches, false)); // the good ones first; the bad one is met again
        }
    }

    /** Whether the batch is to be delivered; fails if it does not belong here, closing it. */
    private boolean check(RecordBatch batch, long entry) {
        BatchHeader header = batch.header();
        boolean follows = positioned ? header.baseOffset() == position : header.baseOffset() <= position;
        @Nullable String wrong = null;
        if (header.streamId() != stream.value() || header.seq() != segment.seq() || entry != nextEntry) {
            wrong = "belongs elsewhere";
        } else if (!follows) {
            wrong = "does not continue at offset " + position;
        }
        if (wrong == null && header.control()) {
            ControlRecord control = batch.control();
            if (control instanceof ControlRecord.SegmentStart start
                    && start.from().nextOffset() != header.baseOffset()) {
                wrong = "contradicts itself";
            }
            ended |= control instanceof ControlRecord.SegmentEnd || control instanceof ControlRecord.Seal;
        } else if (wrong == null && entry == 0) {
            wrong = "stands where the segment's start must be";
        }
        if (wrong != null) {
            batch.close();
            throw new StreamException.Corrupt(
                    "entry %d of ledger %s of stream %s %s: %s"
                            .formatted(entry, segment.ledger(), stream, wrong, batch),
                    null);
        }
        if (header.endOffset() <= position && !positioned) {
            return false; // before the place that was asked for
        }
        positioned |= !header.control() || header.baseOffset() == position;
        position = Math.max(position, header.endOffset());
        return !header.control();
    }
}
