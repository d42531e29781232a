package io.daybook.benchmarks.micro;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.ledger.metadata.Versioned;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamId;
import io.daybook.stream.StreamOwner;
import io.daybook.stream.metadata.Ownership;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.metadata.StreamMetadataStore;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records of streams on the heap, and one process that owns them all. One thread. */
final class HeldStreams implements StreamMetadataStore, Ownership {
    private final Map<StreamId, Versioned<StreamMetadata>> records = new HashMap<>();

    /** A stream that nobody wrote to. */
    StreamId create(long number, StreamConfig config) {
        StreamId id = new StreamId(number);
        records.put(id, new Versioned<>(StreamMetadata.created(id, "s" + number, config, 0), 0));
        return id;
    }

    @Override
    public Promise<@Nullable Versioned<StreamMetadata>> read(StreamId stream, Loop loop) {
        return done(loop, records.get(stream));
    }

    @Override
    public Promise<@Nullable Versioned<StreamMetadata>> readLinearizable(StreamId stream, Loop loop) {
        return read(stream, loop);
    }

    @Override
    public Promise<Integer> replace(StreamMetadata next, int expectedVersion, Loop loop) {
        records.put(next.id(), new Versioned<>(next, expectedVersion + 1));
        return done(loop, expectedVersion + 1);
    }

    @Override
    public MetaStore.Watch watch(StreamId stream, Runnable changed, Loop loop) {
        return () -> {};
    }

    @Override
    public String instanceId() {
        return "0".repeat(32);
    }

    @Override
    public String address() {
        return "here";
    }

    @Override
    public Promise<Boolean> isLive(StreamOwner owner, StreamId stream, Loop loop) {
        return done(loop, true);
    }

    @Override
    public MetaStore.Watch watch(StreamOwner owner, Runnable changed, Loop loop) {
        return () -> {};
    }

    private static <T> Promise<T> done(Loop loop, T value) {
        Promise<T> promise = loop.promise();
        promise.complete(value);
        return promise;
    }
}
