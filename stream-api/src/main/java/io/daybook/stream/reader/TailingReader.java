package io.daybook.stream.reader;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerException;
import io.daybook.stream.PositionToken;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.Records;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamReader;
import io.daybook.stream.metadata.SegmentInfo;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.metadata.StreamMetadata.LifeState;
import io.daybook.stream.metadata.StreamMetadataStore;
import io.daybook.stream.metadata.StreamRecords;
import io.daybook.stream.segment.SegmentCursor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Delivers a stream's records in offset order. One number drives it, the offset to fetch next; the record, its watch and all polls only help to find
 * the data for that number, so that none of them has to be timely or even right.
 *
 * <p><b>Threads.</b> Public methods are safe from any thread; the rest belongs to the stream's loop.
 *
 * <p><b>Failure.</b> What can pass (a bookie away, a ledger gone since its segment was empty) is tried again until {@code stallCheck * stallLimit} have
 * passed without progress. Corrupt and DataLost stay.
 */
final class TailingReader implements StreamReader, ReadAhead.Listener, RecordFollower.Listener {
    private static final long PAUSE_NANOS_MIN = 20_000_000;
    private static final long PAUSE_NANOS_MAX = 2_000_000_000;

    private final StreamId stream;
    private final ReaderConfig config;
    private final LedgerClient ledgers;
    private final Loop loop;
    private final SegmentLocator locator = new SegmentLocator();
    private final ReadAhead readAhead;
    private final DecodedRecords decoded;
    private final RecordFollower follower;

    private @Nullable PositionToken hint;
    private boolean opening; // a cursor is being opened
    private long pauseNanos = PAUSE_NANOS_MIN;
    private long progressNanos; // when something was last fetched, or nothing was there to fetch
    private long checkedPosition = -1;
    private int fruitless;
    private Loop.@Nullable Timer stallTimer;

    private @Nullable StreamException failure; // told once everything before it is delivered
    private @Nullable PendingRead waiting;
    private boolean closed;

    private TailingReader(
            StreamId stream,
            long offset,
            @Nullable PositionToken hint,
            ReaderConfig config,
            StreamRecords records,
            StreamMetadata record,
            LedgerClient ledgers,
            Loop loop) {
        this.stream = stream;
        this.hint = hint;
        this.config = config;
        this.ledgers = ledgers;
        this.loop = loop;
        this.readAhead = new ReadAhead(config, loop, this, offset);
        this.decoded = new DecodedRecords(readAhead, offset, this::refuse);
        this.follower = new RecordFollower(records, loop, config.stallCheck(), record, this);
        this.progressNanos = loop.clock().nanos();
    }

    static TailingReader start(
            StreamId stream,
            long offset,
            @Nullable PositionToken hint,
            ReaderConfig config,
            StreamMetadataStore store,
            StreamRecords records,
            StreamMetadata record,
            LedgerClient ledgers,
            Loop loop) {
        TailingReader reader = new TailingReader(stream, offset, hint, config, records, record, ledgers, loop);
        reader.follower.start(store, stream);
        reader.advance();
        reader.guard();
        return reader;
    }

    // ---- any thread

    @Override
    public CompletableFuture<Records> next(int maxRecords, long maxBytes, Duration maxWait) {
        if (maxRecords < 1 || maxBytes < 1 || maxWait.isNegative()) {
            return CompletableFuture.failedFuture(
                    new StreamException.Invalid("a read asks for at least one record and one byte"));
        }
        Promise<Records> promise = loop.promise();
        PendingRead request = new PendingRead(promise, maxRecords, maxBytes);
        loop.run(() -> {
            PendingRead before = waiting;
            if (before != null && !before.promise.isDone()) {
                promise.completeExceptionally(
                        new StreamException.Invalid("another read of this reader is still waiting"));
                return;
            }
            waiting = request;
            deliver();
            if (waiting == request && !promise.isDone()) {
                long nanos = Deadline.after(loop.clock(), maxWait).remainingNanos(loop.clock());
                request.limit(loop.schedule(Math.max(0, nanos), () -> {
                    if (waiting == request) {
                        waiting = null;
                        request.answer(Records.NONE);
                    }
                }));
            }
        });
        return promise;
    }

    @Override
    public StreamId stream() {
        return stream;
    }

    @Override
    public long offset() {
        return decoded.offset();
    }

    @Override
    public PositionToken position() {
        return new PositionToken(stream, decoded.offset(), decoded.segment(), 0);
    }

    @Override
    public void close() {
        loop.run(() -> {
            if (closed) {
                return;
            }
            closed = true;
            readAhead.close();
            follower.close();
            if (stallTimer != null) {
                stallTimer.cancel();
            }
            failure = new StreamException.Closed(
                    Outcome.NOT_APPLIED, "the reader of stream %s was closed".formatted(name()));
            decoded.drop();
            deliver();
        });
    }

    // ---- delivery

    private void deliver() {
        PendingRead request = waiting;
        if (request == null) {
            return;
        }
        if (request.promise.isDone()) { // given up by the caller: nothing is consumed
            waiting = null;
            return;
        }
        List<ReadRecord> out = decoded.take(request.maxRecords, request.maxBytes);
        StreamException failed = failure;
        if (!out.isEmpty() || (failed == null && atEnd())) {
            waiting = null;
            request.answer(new Records(out, atEnd()));
        } else if (failed != null) {
            waiting = null;
            request.fail(failed);
            if (!closed
                    && !(failed instanceof StreamException.Corrupt)
                    && !(failed instanceof StreamException.Deleted)) {
                failure = null;
                advance();
            }
        }
        readAhead.fill();
    }

    /** A batch that cannot be decoded: nothing behind it is delivered. */
    private void refuse(StreamException refused) {
        failure = refused;
        readAhead.close();
    }

    private boolean atEnd() {
        StreamMetadata record = follower.record();
        return record.state() == LifeState.SEALED && decoded.offset() == record.sealedOffset();
    }

    private String name() {
        return follower.record().name();
    }

    // ---- finding data

    /** Opens the segment that holds the next offset, if one is known and none is open. */
    private void advance() {
        if (closed || failure != null || opening || readAhead.cursor() != null) {
            return;
        }
        StreamMetadata record = follower.record();
        long position = readAhead.position();
        if (record.head() > position) {
            fail(new StreamException.OffsetTruncated(
                    record.head(),
                    "offset %d of stream %s is gone: the oldest is %d"
                            .formatted(position, record.name(), record.head())));
            return;
        }
        SegmentInfo segment = locator.locate(record, position);
        if (segment == null) {
            progressNanos = loop.clock().nanos(); // nothing to read is no stall
            follower.reloadLater(config.refreshInterval(), () -> readAhead.cursor() == null && !opening);
            deliver(); // perhaps the end of the stream
            return;
        }
        if (segment.state() == SegmentInfo.State.LOST) {
            fail(new StreamException.DataLost(
                    "offsets %d to %d of stream %s are lost".formatted(position, segment.endOffset(), name())));
            return;
        }
        opening = true;
        PositionToken token = hint;
        long entryHint = token != null && token.segment() == segment.seq() ? token.entry() : -1;
        hint = null;
        Futures.whenDone(
                SegmentCursor.open(ledgers, stream, segment, position, entryHint, loop), loop, (cursor, failed) -> {
                    opening = false;
                    if (cursor == null) {
                        recover(failed);
                    } else if (closed) {
                        cursor.close();
                    } else {
                        follow(cursor);
                        readAhead.use(cursor);
                    }
                });
    }

    @Override
    public void onReady() {
        progressNanos = loop.clock().nanos();
        pauseNanos = PAUSE_NANOS_MIN;
        fruitless = 0;
        deliver();
    }

    @Override
    public void onEnded(SegmentCursor cursor) {
        locator.exhausted(cursor.segment().seq(), readAhead.position());
        pauseNanos = PAUSE_NANOS_MIN;
        advance();
        if (readAhead.cursor() == null && !opening) {
            follower.reload(); // the successor may be listed already
        }
    }

    @Override
    public void onFailed(SegmentCursor cursor, Throwable failed) {
        recover(failed);
    }

    private void recover(@Nullable Throwable failed) {
        if (closed) {
            return;
        }
        if (failed instanceof StreamException refused) {
            fail(refused);
            return;
        }
        if (failed instanceof LedgerException.DataLost) {
            fail(new StreamException.DataLost("offset %d of stream %s cannot be read: %s"
                    .formatted(readAhead.position(), name(), failed.getMessage())));
            return;
        }
        long stalled = loop.clock().nanos() - progressNanos;
        if (stalled > config.stallCheck().toNanos() * config.stallLimit()) {
            progressNanos = loop.clock().nanos();
            fail(new StreamException.ReadStalled(
                    "offset %d of stream %s could not be read for %d s: %s"
                            .formatted(
                                    readAhead.position(),
                                    name(),
                                    Duration.ofNanos(stalled).toSeconds(),
                                    failed == null ? "no answer" : failed.getMessage()),
                    failed));
            return;
        }
        loop.schedule(pauseNanos, follower::reload); // a segment that was empty is gone, or a bookie is away
        pauseNanos = Math.min(PAUSE_NANOS_MAX, pauseNanos * 2);
    }

    private void fail(StreamException failed) {
        failure = failed;
        deliver();
    }

    // ---- the record

    @Override
    public void onRecord(StreamMetadata newer) {
        if (newer.state() == LifeState.DELETING) {
            fail(new StreamException.Deleted(
                    Outcome.NOT_APPLIED, "stream %s has been deleted".formatted(newer.name())));
            return;
        }
        SegmentCursor cursor = readAhead.cursor();
        if (cursor != null) {
            follow(cursor);
        }
        advance();
    }

    @Override
    public void onUnread(@Nullable Throwable unread) {
        if (unread instanceof StreamException.Deleted deleted) {
            fail(deleted);
        } else if (readAhead.cursor() == null) {
            recover(unread);
        }
    }

    /** Tells the cursor what the record says of its segment now. */
    private void follow(SegmentCursor cursor) {
        SegmentInfo known = follower.record().segment(cursor.segment().seq());
        if (known == null) {
            return; // it may have been removed as empty: the closed ledger will say so
        }
        cursor.update(known);
        if (known.ended() && known.endOffset() == readAhead.position() && readAhead.cursor() == cursor) {
            locator.exhausted(known.seq(), known.endOffset());
            readAhead.drop();
            advance();
        }
    }

    // ---- the guard against waiting for something that is there

    private void guard() {
        stallTimer = loop.schedule(config.stallCheck().toNanos(), () -> {
            if (!closed) {
                check();
                guard();
            }
        });
    }

    private void check() {
        SegmentCursor cursor = readAhead.cursor();
        long position = readAhead.position();
        boolean stuck = position == checkedPosition && cursor != null && position == decoded.offset();
        checkedPosition = position;
        if (!stuck || cursor == null) {
            return;
        }
        follower.reload();
        Futures.whenDone(cursor.behind(), loop, (behind, failed) -> {
            if (closed || readAhead.cursor() != cursor || readAhead.position() != position) {
                return;
            }
            if (behind == null || !behind) {
                fruitless = 0;
                progressNanos = loop.clock().nanos(); // truly idle
                return;
            }
            readAhead.drop();
            if (++fruitless > config.stallLimit()) {
                fruitless = 0;
                fail(new StreamException.ReadStalled(
                        "offset %d of stream %s is stored but is not delivered".formatted(position, name()), null));
            } else {
                advance();
            }
        });
    }
}
