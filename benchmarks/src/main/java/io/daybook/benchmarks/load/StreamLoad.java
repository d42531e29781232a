package io.daybook.benchmarks.load;

import io.daybook.base.exec.Futures;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.OpenOptions;
import io.daybook.namespace.Namespace;
import io.daybook.stream.AppendOptions;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.Records;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamInfo;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Streams under load, one record per append. Namespaces and client stay the caller's. */
public final class StreamLoad implements LoadTarget {
    private static final AppendOptions WAITING = AppendOptions.DEFAULT.withMayWait(true);
    private static final int NEXT_RECORDS = 10_000;
    private static final long NEXT_BYTES = 4 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long CLOSE_SECONDS = 10;

    private final Namespace namespace;
    private final Namespace other;
    private final LedgerClient ledgers;
    private final Executor lane;
    private final StreamConfig config;
    private final String prefix;
    private final AtomicInteger made = new AtomicInteger();
    private final Map<String, StreamWriter> writers = new ConcurrentHashMap<>(); // of streams not deleted

    /**
     * Streams of one namespace.
     *
     * @param other takes over what {@code namespace} wrote; another process to the cluster, or the same
     * @param ledgers removes the ledgers of streams that are deleted
     * @param lane the one loop on which all futures of {@code namespace} complete
     * @param prefix what names of streams start with; unused so far
     */
    public StreamLoad(
            Namespace namespace,
            Namespace other,
            LedgerClient ledgers,
            Executor lane,
            StreamConfig config,
            String prefix) {
        this.namespace = namespace;
        this.other = other;
        this.ledgers = ledgers;
        this.lane = lane;
        this.config = config;
        this.prefix = prefix;
    }

    @Override
    public String logWord() {
        return "stream";
    }

    @Override
    public String recordsWord() {
        return "records";
    }

    @Override
    public CompletableFuture<LoadLog> create() {
        String name = prefix + made.getAndIncrement();
        return namespace
                .create(name, config)
                .thenCompose(stream -> stream.openWriter(WriterOptions.DEFAULT)
                        .exceptionallyCompose(failure -> takeBack(name, failure)))
                .thenApply(writer -> {
                    writers.put(name, writer);
                    return new OpenStream(name, writer, lane);
                });
    }

    /** Removes a stream that nobody else knows of, since it could not be opened; fails with why. */
    private CompletableFuture<StreamWriter> takeBack(String name, Throwable failure) {
        Throwable why = Futures.cause(failure);
        return delete(name).handle((done, undeleted) -> {
            if (undeleted != null) {
                why.addSuppressed(Futures.cause(undeleted));
            }
            throw new CompletionException(why);
        });
    }

    @Override
    public CompletableFuture<@Nullable Void> read(String id, int recordBytes, RecordSink sink) {
        return namespace
                .describe(id)
                .thenCompose(info -> namespace
                        .openReader(id, StartPosition.head())
                        .thenCompose(reader -> {
                            CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
                            lane.execute(() -> scan(reader, info.tail(), sink, done));
                            return done.whenComplete((ended, failure) -> reader.close());
                        }));
    }

    private void scan(StreamReader reader, long tail, RecordSink sink, CompletableFuture<@Nullable Void> done) {
        if (reader.offset() >= tail) {
            done.complete(null);
            return;
        }
        reader.next(NEXT_RECORDS, NEXT_BYTES, PATIENCE).whenComplete((records, failure) -> {
            if (records == null) {
                done.completeExceptionally(failure);
            } else if (records.isEmpty()) {
                done.completeExceptionally(
                        new VerificationException("%s stopped at offset %d for %d s, though its tail is %d"
                                .formatted(reader.stream(), reader.offset(), PATIENCE.toSeconds(), tail)));
            } else {
                deliver(records, sink);
                lane.execute(() -> scan(reader, tail, sink, done));
            }
        });
    }

    private static void deliver(Records records, RecordSink sink) {
        for (ReadRecord record : records) {
            sink.record(record.offset(), ByteBuffer.wrap(record.value()));
        }
    }

    @Override
    public Following follow(String id, RecordSink sink) {
        StreamTail tail = new StreamTail(lane, sink);
        namespace.openReader(id, StartPosition.head()).whenComplete(tail::opened);
        return tail;
    }

    @Override
    public CompletableFuture<@Nullable Void> recover(String id) {
        return other.openWriter(id, WriterOptions.takingOver())
                .thenCompose(StreamWriter::close)
                .thenApply(closed -> null);
    }

    /** The stream's ledgers go too: nobody else writes or reads it, so there is nobody for whom they would have to be kept. */
    @Override
    public CompletableFuture<@Nullable Void> delete(String id) {
        return ended(id)
                .thenCompose(ended -> namespace.delete(id))
                .thenCompose(this::deleteLedgers)
                .thenApply(done -> null);
    }

    /** Its writer no longer makes ledgers, which nobody would know of once the stream is gone; or ten seconds have passed. */
    private CompletableFuture<Boolean> ended(String id) {
        StreamWriter writer = writers.remove(id);
        return writer == null
                ? CompletableFuture.completedFuture(true)
                : writer.close()
                        .handle((closed, failed) -> true)
                        .completeOnTimeout(false, CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    private CompletableFuture<Void> deleteLedgers(StreamInfo stream) {
        List<CompletableFuture<Void>> deleted = stream.segments().stream()
                .filter(segment -> segment.ledger() >= 0)
                .map(segment -> ledgers.delete(new LedgerId(segment.ledger()), OpenOptions.DEFAULT))
                .toList();
        return CompletableFuture.allOf(deleted.toArray(new CompletableFuture<?>[0]));
    }

    @Override
    public void close() {}

    /** A stream that is written. */
    private record OpenStream(String id, StreamWriter writer, Executor lane) implements LoadLog {

        @Override
        public void append(Payloads payloads, int number, long sequence, long token, Acks acks) {
            writer.append(List.of(LogRecord.of(payloads.array(number, sequence))), WAITING)
                    .whenComplete((place, failure) ->
                            acks.done(number, place == null ? -1 : place.firstOffset(), token, failure));
        }

        @Override
        public CompletableFuture<@Nullable Void> close() {
            return writer.close().thenApply(closed -> null);
        }

        @Override
        public void abandon() {
            writer.abort();
        }
    }

    /** Follows one stream. */
    private static final class StreamTail extends LogTail<StreamReader> {
        private final Executor lane;
        private final RecordSink sink;

        StreamTail(Executor lane, RecordSink sink) {
            super(StreamReader::close);
            this.lane = lane;
            this.sink = sink;
        }

        @Override
        void next(StreamReader from) {
            lane.execute(() -> poll(from));
        }

        private void poll(StreamReader from) {
            if (closed()) {
                return;
            }
            from.next().whenComplete((records, failure) -> {
                if (closed()) {
                    return;
                }
                if (records == null) {
                    fail(failure);
                } else {
                    deliver(records, sink);
                    next(from);
                }
            });
        }
    }
}
