package io.daybook.namespace.metadata;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaStore;
import io.daybook.ledger.metadata.Versioned;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamId;
import io.daybook.stream.metadata.StreamMetadata;
import io.daybook.stream.metadata.StreamMetadataFormat;
import io.daybook.stream.metadata.StreamMetadataStore;
import org.jspecify.annotations.Nullable;

/** Stream records as nodes of a {@link MetaStore}. Safe from any thread. */
public final class StreamNodes implements StreamMetadataStore {
    private final MetaStore store;
    private final NamespaceLayout layout;

    public StreamNodes(MetaStore store, NamespaceLayout layout) {
        this.store = store;
        this.layout = layout;
    }

    @Override
    public Promise<@Nullable Versioned<StreamMetadata>> read(StreamId stream, Loop loop) {
        return decoded(store.get(layout.stream(stream), loop), loop);
    }

    @Override
    public Promise<@Nullable Versioned<StreamMetadata>> readLinearizable(StreamId stream, Loop loop) {
        return decoded(store.getLinearizable(layout.stream(stream), loop), loop);
    }

    @Override
    public Promise<Integer> replace(StreamMetadata next, int expectedVersion, Loop loop) {
        byte[] bytes;
        try {
            bytes = StreamMetadataFormat.encode(next);
        } catch (StreamException tooLarge) {
            Promise<Integer> refused = loop.promise();
            refused.completeExceptionally(tooLarge);
            return refused;
        }
        return store.cas(layout.stream(next.id()), bytes, expectedVersion, loop);
    }

    @Override
    public MetaStore.Watch watch(StreamId stream, Runnable changed, Loop loop) {
        return store.watch(layout.stream(stream), changed, loop);
    }

    private static Promise<@Nullable Versioned<StreamMetadata>> decoded(
            Promise<MetaStore.@Nullable Node> read, Loop loop) {
        Promise<@Nullable Versioned<StreamMetadata>> record = loop.promise();
        Futures.whenDone(read, loop, (node, failure) -> {
            if (failure != null) {
                record.completeExceptionally(failure);
            } else if (node == null) {
                record.complete(null);
            } else {
                try {
                    record.complete(new Versioned<>(StreamMetadataFormat.decode(node.data()), node.version()));
                } catch (StreamException refused) {
                    record.completeExceptionally(refused);
                }
            }
        });
        return record;
    }
}
