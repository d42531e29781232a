package io.daybook.namespace.client;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.Probe;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.base.time.Clock;
import io.daybook.base.time.SystemClock;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.client.LedgerClients;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.ledger.metadata.zookeeper.ZooKeeperMetaStore;
import io.daybook.ledger.transport.Buffers;
import io.daybook.ledger.transport.NettyLoops;
import io.daybook.ledger.transport.NettyTransport;
import io.daybook.namespace.Namespace;
import io.daybook.namespace.metadata.NamespaceLayout;
import io.daybook.namespace.metadata.StreamDirectory;
import io.daybook.namespace.metadata.StreamNodes;
import io.daybook.namespace.ownership.Instances;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamException.Outcome;
import io.daybook.stream.reader.StreamReaders;
import io.daybook.stream.writer.StreamWriters;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Opens namespaces. */
public final class Namespaces {
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

    private Namespaces() {}

    /** As {@link #connect(String, NamespaceConfig)}: the namespace {@code /daybook/default}, this process shown by its number. */
    public static CompletableFuture<Namespace> connect(String uri) {
        return connect(
                uri,
                NamespaceConfig.DEFAULT.withAddress(
                        "process " + ProcessHandle.current().pid()));
    }

    /**
     * Connects to a cluster with a thread and sockets of the namespace's own, which {@link Namespace#close} ends too; for the rest as {@link
     * #open(NamespaceConfig, MetaStore, LedgerClient, Loops, Entropy, Clock)}. Who has a ledger client already uses that one.
     *
     * @param uri such as {@code zk+hierarchical://127.0.0.1:2181/ledgers}; IllegalArgumentException if it is malformed
     * @return completes on that thread; fails with StreamException.Unavailable, leaving nothing behind, if no cluster answers there
     */
    public static CompletableFuture<Namespace> connect(String uri, NamespaceConfig config) {
        MetadataUri cluster = MetadataUri.parse(uri);
        NettyLoops loops = NettyLoops.start("db-namespace", 1, SystemClock.INSTANCE);
        NettyTransport transport = NettyTransport.open(loops, ClientConfig.DEFAULT.frameSizeMax());
        Loop first = loops.loops().all().get(0);
        Entropy entropy = new SecureEntropy();
        Promise<Namespace> connected = first.promise();
        List<Runnable> undo = new ArrayList<>(); // in the order of closing; on the loop only
        undo.add(transport::close);
        Futures.whenDone(
                ZooKeeperMetaStore.open(cluster, SESSION_TIMEOUT, first).thenCompose(store -> {
                    undo.add(store::close);
                    return LedgerClients.open(ClientConfig.DEFAULT, cluster, store, transport, loops.loops(), entropy)
                            .thenCompose(ledgers -> {
                                undo.add(0, ledgers::close);
                                return open(config, store, ledgers, loops.loops(), entropy, SystemClock.INSTANCE);
                            });
                }),
                first,
                (namespace, failure) -> {
                    if (namespace == null) {
                        connected.completeExceptionally(unreachable(cluster, failure));
                        undo.forEach(Runnable::run);
                        loops.shutDown(); // we are on one of them, which cannot wait for its own end
                    } else {
                        undo.add(loops::close);
                        connected.complete(new OwningNamespace(namespace, undo));
                    }
                });
        return connected;
    }

    private static StreamException unreachable(MetadataUri cluster, @Nullable Throwable failure) {
        return failure instanceof StreamException known
                ? known
                : new StreamException.Unavailable(
                        Outcome.NOT_APPLIED,
                        "the cluster at %s cannot be used: %s"
                                .formatted(cluster, failure == null ? "no answer came" : failure.getMessage()),
                        failure);
    }

    /** As {@link #open(NamespaceConfig, MetaStore, LedgerClient, Loops, Entropy, Clock, Probe, ByteBufAllocator)}, in production. */
    public static CompletableFuture<Namespace> open(
            NamespaceConfig config, MetaStore store, LedgerClient ledgers, Loops loops, Entropy entropy, Clock clock) {
        return open(config, store, ledgers, loops, entropy, clock, Probe.NONE, Buffers.POOL);
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
