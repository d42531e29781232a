package io.daybook.sim.stream;

import io.daybook.base.config.DataSize;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.base.time.SystemClock;
import io.daybook.bookie.embedded.EmbeddedBookies;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.client.LedgerClients;
import io.daybook.ledger.metadata.zookeeper.ZooKeeperMetaStore;
import io.daybook.ledger.transport.NettyLoops;
import io.daybook.ledger.transport.NettyTransport;
import io.daybook.namespace.Namespace;
import io.daybook.namespace.client.NamespaceConfig;
import io.daybook.namespace.client.Namespaces;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Bookies and ZooKeeper in this process, and one real client process beside them. */
final class RealCluster implements AutoCloseable {
    final EmbeddedBookies bookies;

    RealCluster(int n) {
        bookies = EmbeddedBookies.start(n);
    }

    Process process(String name) {
        return new Process(name);
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(failed.getCause());
        } catch (InterruptedException | TimeoutException late) {
            throw new AssertionError(late);
        }
    }

    @Override
    public void close() {
        bookies.close();
    }

    /** What one process has open. */
    final class Process implements AutoCloseable {
        final NettyLoops loops;
        final NettyTransport transport;
        final ZooKeeperMetaStore store;
        final LedgerClient ledgers;
        final Namespace namespace;

        Process(String name) {
            loops = NettyLoops.start(name, 2, SystemClock.INSTANCE);
            transport = NettyTransport.open(loops, DataSize.mebibytes(5));
            SecureEntropy entropy = new SecureEntropy();
            store = await(ZooKeeperMetaStore.open(
                    bookies.uri(), Duration.ofSeconds(10), loops.loops().all().get(0)));
            ledgers = await(
                    LedgerClients.open(ClientConfig.DEFAULT, bookies.uri(), store, transport, loops.loops(), entropy));
            namespace = await(Namespaces.open(
                    NamespaceConfig.DEFAULT.withAddress(name),
                    store,
                    ledgers,
                    loops.loops(),
                    entropy,
                    SystemClock.INSTANCE));
        }

        @Override
        public void close() {
            namespace.close();
            vanish();
        }

        /** Goes without a word to its streams. */
        void vanish() {
            ledgers.close();
            store.close();
            transport.close();
            loops.close();
        }
    }
}
