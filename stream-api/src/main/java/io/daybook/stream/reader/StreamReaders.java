package io.daybook.stream.reader;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.LedgerClient;
import io.daybook.stream.PositionToken;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamReader;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.metadata.StreamMetadataStore;
import io.daybook.stream.metadata.StreamRecords;
import io.daybook.stream.reader.TailQuery.Tail;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Opens readers of streams and finds tails. Safe from any thread. */
public final class StreamReaders {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final StreamMetadataStore store;
    private final LedgerClient ledgers;
    private final ReaderConfig config;
    private final Loops loops;

    /** Readers on {@code loops}, which must be those of {@code ledgers}. */
    public StreamReaders(StreamMetadataStore store, LedgerClient ledgers, ReaderConfig config, Loops loops) {
        this.store = store;
        this.ledgers = ledgers;
        this.config = config;
        this.loops = loops;
    }

    /** The record and the committed tail. */
    public Promise<Tail> tail(StreamId stream) {
        Loop loop = loops.of(stream.value());
        Promise<Tail> found = loop.promise();
        loop.execute(() -> Futures.whenDone(
                TailQuery.ask(new StreamRecords(store, stream, loop), ledgers, loop, PATIENCE),
                loop,
                (tail, failure) -> settle(found, tail, failure)));
        return found;
    }

    /** A reader that starts at {@code start}; completes on the stream's loop. */
    public Promise<StreamReader> open(StreamId stream, StartPosition start) {
        Loop loop = loops.of(stream.value());
        Promise<StreamReader> opened = loop.promise();
        loop.execute(() -> {
            PositionToken token = start.token();
            if (token != null && !token.stream().equals(stream)) {
                opened.completeExceptionally(new StreamException.Invalid(
                        "the position token belongs to stream %s, not to %s".formatted(token.stream(), stream)));
                return;
            }
            StreamRecords records = new StreamRecords(store, stream, loop);
            Futures.whenDone(records.read(Deadline.after(loop.clock(), PATIENCE)), loop, (record, failure) -> {
                if (record == null) {
                    settle(opened, null, failure);
                } else if (record.state() == StreamMetadata.LifeState.DELETING) {
                    opened.completeExceptionally(new StreamException.Deleted(
                            Outcome.NOT_APPLIED, "stream %s has been deleted".formatted(record.name())));
                } else {
                    resolve(stream, start, records, record, loop, opened);
                }
            });
        });
        return opened;
    }

    private void resolve(
            StreamId stream,
            StartPosition start,
            StreamRecords records,
            StreamMetadata record,
            Loop loop,
            Promise<StreamReader> opened) {
        boolean byOffset = start.kind() == StartPosition.Kind.OFFSET || start.kind() == StartPosition.Kind.TOKEN;
        if (byOffset && start.value() < record.head()) {
            opened.completeExceptionally(new StreamException.OffsetTruncated(
                    record.head(),
                    "offset %d of stream %s is gone: the oldest is %d"
                            .formatted(start.value(), record.name(), record.head())));
        } else if (start.kind() == StartPosition.Kind.HEAD) {
            opened.complete(reader(stream, record.head(), null, records, record, loop));
        } else if (byOffset && start.value() <= record.endOfEnded()) {
            opened.complete(reader(stream, start.value(), start.token(), records, record, loop));
        } else {
            Futures.whenDone(TailQuery.ask(records, ledgers, loop, PATIENCE), loop, (tail, failure) -> {
                if (tail == null) {
                    settle(opened, null, failure);
                } else if (byOffset && start.value() > tail.offset()) {
                    opened.completeExceptionally(new StreamException.OffsetBeyondTail(
                            tail.offset(),
                            "offset %d of stream %s does not exist yet: the tail is at %d"
                                    .formatted(start.value(), record.name(), tail.offset())));
                } else {
                    long offset = switch (start.kind()) {
                        case LAST -> Math.max(tail.record().head(), tail.offset() - start.value());
                        case TAIL -> tail.offset();
                        default -> start.value();
                    };
                    opened.complete(reader(stream, offset, start.token(), records, tail.record(), loop));
                }
            });
        }
    }

    private StreamReader reader(
            StreamId stream,
            long offset,
            @Nullable PositionToken hint,
            StreamRecords records,
            StreamMetadata record,
            Loop loop) {
        return TailingReader.start(stream, offset, hint, config, store, records, record, ledgers, loop);
    }

    private static <T> void settle(Promise<T> promise, @Nullable T value, @Nullable Throwable failure) {
        if (value != null) {
            promise.complete(value);
        } else {
            promise.completeExceptionally(failure == null ? new IllegalStateException("no answer") : failure);
        }
    }
}
