package io.daybook.namespace.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.OpenOptions;
import io.daybook.namespace.Namespace;
import io.daybook.namespace.StreamName;
import io.daybook.namespace.metadata.StreamDirectory;
import io.daybook.namespace.ownership.Instances;
import io.daybook.stream.LogStream;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamInfo;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import io.daybook.stream.metadata.SegmentInfo;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.metadata.StreamMetadata.LifeState;
import io.daybook.stream.reader.StreamReaders;
import io.daybook.stream.reader.TailQuery.Tail;
import io.daybook.stream.writer.StreamWriters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The namespace that lives in a metadata store. Safe from any thread. */
final class StoredNamespace implements Namespace {
    private static final Logger LOG = LoggerFactory.getLogger(StoredNamespace.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(20);
    private static final Duration FENCE_PATIENCE = Duration.ofSeconds(30);
    private static final long PAUSE_NANOS = 200_000_000;

    private final Instances instances;
    private final StreamDirectory directory;
    private final StreamWriters writers;
    private final StreamReaders readers;
    private final LedgerClient ledgers;
    private final Loop loop;
    private final Set<StreamWriter> openWriters = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    StoredNamespace(
            Instances instances,
            StreamDirectory directory,
            StreamWriters writers,
            StreamReaders readers,
            LedgerClient ledgers,
            Loop loop) {
        this.instances = instances;
        this.directory = directory;
        this.writers = writers;
        this.readers = readers;
        this.ledgers = ledgers;
        this.loop = loop;
    }

    @Override
    public CompletableFuture<LogStream> create(String name, StreamConfig config) {
        return named(name, parsed -> directory.create(parsed, config).thenApply(id -> new NamedStream(this, name, id)));
    }

    @Override
    public CompletableFuture<LogStream> open(String name) {
        return named(
                name,
                parsed -> directory.find(parsed).thenApply(id -> {
                    if (id == null) {
                        throw StreamDirectory.notFound(parsed);
                    }
                    return new NamedStream(this, name, id);
                }));
    }

    @Override
    public CompletableFuture<List<String>> list(String prefix) {
        return onLoop(() -> directory.list(prefix));
    }

    @Override
    public CompletableFuture<StreamInfo> describe(String name) {
        return open(name).thenCompose(LogStream::describe);
    }

    @Override
    public CompletableFuture<StreamInfo> delete(String name) {
        return named(name, parsed -> directory.delete(parsed).thenCompose(this::fenceAll));
    }

    @Override
    public CompletableFuture<StreamWriter> openWriter(String name, WriterOptions options) {
        return open(name).thenCompose(stream -> stream.openWriter(options));
    }

    @Override
    public CompletableFuture<StreamReader> openReader(String name, StartPosition start) {
        return open(name).thenCompose(stream -> stream.openReader(start));
    }

    @Override
    public void close() {
        closed = true;
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (StreamWriter writer : openWriters) {
            all.add(writer.close());
        }
        boolean inTime = CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]))
                .handle((closedAll, failure) -> failure)
                .thenCompose(failure -> instances.close())
                .thenApply(done -> true)
                .completeOnTimeout(false, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        if (!inTime) {
            LOG.warn("a namespace was closed before all its writers were; their streams will be recovered");
        }
    }

    // ---- for a stream that was found

    CompletableFuture<StreamInfo> describe(StreamId id) {
        return onLoop(() -> readers.tail(id).thenApply(StoredNamespace::info));
    }

    CompletableFuture<Long> tail(StreamId id) {
        return onLoop(() -> readers.tail(id).thenApply(Tail::offset));
    }

    CompletableFuture<StreamWriter> openWriter(StreamId id, WriterOptions options) {
        return onLoop(() -> writers.open(id, options).thenApply(writer -> {
            instances.opened(writer);
            openWriters.add(writer);
            writer.closed().whenComplete((done, failure) -> openWriters.remove(writer));
            if (closed) {
                writer.abort();
            }
            return writer;
        }));
    }

    CompletableFuture<StreamReader> openReader(StreamId id, StartPosition start) {
        return onLoop(() -> readers.open(id, start));
    }

    // ---- private parts

    private static StreamInfo info(Tail tail) {
        StreamMetadata record = tail.record();
        List<StreamInfo.Segment> segments = new ArrayList<>();
        for (SegmentInfo segment : record.segments()) {
            segments.add(new StreamInfo.Segment(
                    segment.seq(),
                    segment.ledger().value(),
                    segment.state().name(),
                    segment.startOffset(),
                    segment.endOffset(),
                    segment.bytes()));
        }
        return new StreamInfo(
                record.name(),
                record.id(),
                record.config(),
                record.createdMillis(),
                record.epoch(),
                record.owner(),
                record.state() == LifeState.SEALED,
                record.head(),
                tail.offset(),
                segments);
    }

    /** Ends the owner's right to write on the bookies too, so that nothing is appended to a stream that is gone. */
    private CompletableFuture<StreamInfo> fenceAll(StreamMetadata deleted) {
        Promise<StreamInfo> fenced = loop.promise();
        fence(deleted, 0, Deadline.after(loop.clock(), FENCE_PATIENCE), fenced);
        return fenced;
    }

    private void fence(StreamMetadata deleted, int index, Deadline deadline, Promise<StreamInfo> fenced) {
        List<SegmentInfo> unended = deleted.unended();
        if (index == unended.size()) {
            fenced.complete(info(new Tail(deleted, deleted.endOfEnded())));
            return;
        }
        SegmentInfo segment = unended.get(index);
        Futures.whenDone(
                ledgers.openAndRecover(segment.ledger(), OpenOptions.DEFAULT.withLoop(loop)),
                loop,
                (reader, failure) -> {
                    if (reader != null) {
                        reader.close();
                    }
                    if (reader != null || failure instanceof io.daybook.ledger.LedgerException.NoSuchLedger) {
                        fence(deleted, index + 1, deadline, fenced);
                    } else if (deadline.expired(loop.clock())) {
                        fenced.completeExceptionally(new StreamException.Unavailable(
                                Outcome.UNKNOWN,
                                "stream %s is deleted, but ledger %s could not be fenced: %s"
                                        .formatted(
                                                deleted.name(),
                                                segment.ledger(),
                                                failure == null ? "no answer" : failure.getMessage()),
                                failure));
                    } else {
                        loop.schedule(PAUSE_NANOS, () -> fence(deleted, index, deadline, fenced));
                    }
                });
    }

    private <T> CompletableFuture<T> named(String name, Function<StreamName, CompletableFuture<? extends T>> then) {
        StreamName parsed;
        try {
            parsed = new StreamName(name);
        } catch (StreamException invalid) {
            return CompletableFuture.failedFuture(invalid);
        }
        return onLoop(() -> then.apply(parsed));
    }

    /** Runs on the namespace's loop; failures come without wrapping. */
    private <T> CompletableFuture<T> onLoop(java.util.function.Supplier<CompletableFuture<? extends T>> step) {
        if (closed) {
            return CompletableFuture.failedFuture(
                    new StreamException.Closed(Outcome.NOT_APPLIED, "the namespace was closed"));
        }
        Promise<T> answer = loop.promise();
        loop.run(() -> step.get().whenComplete((value, failure) -> {
            if (failure == null) {
                answer.complete(value);
            } else {
                answer.completeExceptionally(Futures.cause(failure));
            }
        }));
        return answer;
    }
}
