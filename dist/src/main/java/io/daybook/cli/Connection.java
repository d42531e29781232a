package io.daybook.cli;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.base.time.SystemClock;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.client.LedgerClients;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.ledger.metadata.zookeeper.ZooKeeperMetaStore;
import io.daybook.ledger.transport.NettyLoops;
import io.daybook.ledger.transport.NettyTransport;
import io.daybook.namespace.Namespace;
import io.daybook.namespace.client.NamespaceConfig;
import io.daybook.namespace.client.Namespaces;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One command's connection to a cluster; parts are made when first asked for. One thread. */
final class Connection implements AutoCloseable {
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

    private final MetadataUri uri;
    private final NettyLoops loops;
    private final NettyTransport transport;
    private final MetaStore store;

    private @Nullable LedgerClient ledgers;

    private Connection(MetadataUri uri, NettyLoops loops, NettyTransport transport, MetaStore store) {
        this.uri = uri;
        this.loops = loops;
        this.transport = transport;
        this.store = store;
    }

    /** Connects to the cluster the user means; fails with exit code 5 and the address when nothing answers there. */
    static Connection open(MetadataOption metadata) {
        return open(metadata.choose());
    }

    static Connection open(String uri) {
        MetadataUri parsed;
        try {
            parsed = MetadataUri.parse(uri);
        } catch (IllegalArgumentException malformed) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(malformed.getMessage()), malformed);
        }
        NettyLoops loops = NettyLoops.start("db-loop", 1, SystemClock.INSTANCE);
        NettyTransport transport = NettyTransport.open(loops, ClientConfig.DEFAULT.frameSizeMax());
        try {
            MetaStore store = ZooKeeperMetaStore.open(
                            parsed, SESSION_TIMEOUT, loops.loops().all().get(0))
                    .join();
            return new Connection(parsed, loops, transport, store);
        } catch (CompletionException e) {
            transport.close();
            loops.close();
            throw new CommandFailure(
                    ExitCode.UNAVAILABLE,
                    "no cluster answers at %s; start one with 'daybook dev', or name another with --metadata"
                            .formatted(parsed),
                    e);
        }
    }

    Loop loop() {
        return loops.loops().all().get(0);
    }

    /** Makes the cluster's first metadata if it has none. */
    ClusterLayout init() {
        return ClusterLayout.openOrInit(store, uri, new SecureEntropy(), loop()).join();
    }

    /** The bookies of the cluster as registered now. */
    BookieRegistry registry() {
        return new BookieRegistry(store, ClusterLayout.open(store, uri, loop()).join());
    }

    LedgerClient ledgers() {
        LedgerClient client = ledgers;
        if (client == null) {
            client = LedgerClients.open(ClientConfig.DEFAULT, uri, store, transport, loops.loops(), new SecureEntropy())
                    .join();
            ledgers = client;
        }
        return client;
    }

    /** A namespace below {@code root}; the caller closes it before this connection. */
    Namespace namespace(String root, String name) {
        NamespaceConfig config = NamespaceConfig.DEFAULT
                .withStreamRoot(root)
                .withNamespace(name)
                .withAddress("process " + ProcessHandle.current().pid());
        return Namespaces.open(config, store, ledgers(), loops.loops(), new SecureEntropy(), SystemClock.INSTANCE)
                .join();
    }

    /** The result, or null if its ledger does not exist any more. */
    static <T> @Nullable T unlessGone(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (Futures.cause(e) instanceof LedgerException.NoSuchLedger) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        if (ledgers != null) {
            ledgers.close();
        }
        transport.close();
        store.close();
        loops.close();
    }
}
