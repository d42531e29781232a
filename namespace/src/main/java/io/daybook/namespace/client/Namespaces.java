package io.daybook.namespace.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.Probe;
import io.daybook.base.time.Clock;
import io.daybook.ledger.LedgerClient;
import io.daybook.namespace.Namespace;
import io.daybook.namespace.metadata.NamespaceLayout;
import io.daybook.namespace.metadata.StreamDirectory;
import io.daybook.namespace.metadata.StreamNodes;
import io.daybook.namespace.ownership.Instances;
import io.daybook.stream.reader.StreamReaders;
import io.daybook.stream.writer.StreamWriters;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.CompletableFuture;

/** Opens namespaces. */
public final class Namespaces {
    private Namespaces() {}

    /** As {@link #open(NamespaceConfig, MetaStore, LedgerClient, Loops, Entropy, Clock, Probe, ByteBufAllocator)}, in production. */
    public static CompletableFuture<Namespace> open(
            NamespaceConfig config, MetaStore store, LedgerClient ledgers, Loops loops, Entropy entropy, Clock clock) {
        return open(config, store, ledgers, loops, entropy, clock, Probe.NONE, ByteBufAllocator.DEFAULT);
    }

    /**
     * Shows this process in the namespace and opens it. The namespace is made on first use. Store, ledger client and loops stay the caller's, to be
     * closed after the namespace.
     *
     * @param allocator where batches are filled
     * @param loops those of {@code ledgers}, so that a stream and its ledgers share one
     * @return completes on a loop; fails with StreamException.Unavailable when the metadata store does not answer
     */
    public static CompletableFuture<Namespace> open(
            NamespaceConfig config,
            MetaStore store,
            LedgerClient ledgers,
            Loops loops,
            Entropy entropy,
            Clock clock,
            Probe probe,
            ByteBufAllocator allocator) {
        NamespaceLayout layout = NamespaceLayout.of(config.streamRoot(), config.namespace());
        Loop loop = loops.of(0);
        StreamNodes records = new StreamNodes(store, layout);
        Instances instances = new Instances(store, layout, entropy, loop, config.address());
        StreamDirectory directory = new StreamDirectory(store, layout, records, entropy, loop);
        StreamWriters writers = new StreamWriters(
                records, ledgers, instances, config.writer(), loops, entropy, clock, probe, allocator);
        StreamReaders readers = new StreamReaders(records, ledgers, config.reader(), loops);
        StoredNamespace namespace = new StoredNamespace(instances, directory, writers, readers, ledgers, loop);
        Promise<Namespace> opened = loop.promise();
        Futures.whenDone(instances.register(config.openTimeout()), loop, (registered, failure) -> {
            if (failure == null) {
                opened.complete(namespace);
            } else {
                opened.completeExceptionally(failure);
            }
        });
        return opened;
    }
}
