package io.daybook.ledger.client;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.metrics.Metrics;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.base.seam.Transport;
import io.daybook.base.time.SystemClock;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import io.daybook.ledger.metadata.Membership;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.ledger.metadata.RegisteredBookie;
import io.daybook.ledger.metadata.zookeeper.ZooKeeperMetaStore;
import io.daybook.ledger.placement.Candidates;
import io.daybook.ledger.transport.ConnectionPool;
import io.daybook.ledger.transport.NettyLoops;
import io.daybook.ledger.transport.NettyTransport;
import io.daybook.ledger.transport.PoolConfig;
import io.daybook.ledger.transport.WireChoice;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes ledger clients out of the seams to the outside. */
public final class LedgerClients {
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

    private LedgerClients() {}

    /**
     * Connects to a cluster with threads and sockets of the client's own, which {@link LedgerClient#close} closes too.
     *
     * @param uri such as {@code zk+hierarchical://127.0.0.1:2181/ledgers}; IllegalArgumentException if it is malformed
     * @return completes on a thread of the client's; fails with MetadataFailed if no cluster answers there
     */
    public static CompletableFuture<LedgerClient> connect(String uri) {
        MetadataUri cluster = MetadataUri.parse(uri);
        ClientConfig config = ClientConfig.DEFAULT;
        NettyLoops loops = NettyLoops.start("db-client", 1, SystemClock.INSTANCE);
        NettyTransport transport = NettyTransport.open(loops, config.frameSizeMax());
        Loop first = loops.loops().all().get(0);
        Promise<LedgerClient> connected = first.promise();
        Futures.whenDone(ZooKeeperMetaStore.open(cluster, SESSION_TIMEOUT, first), first, (store, unreachable) -> {
            if (store == null) {
                connected.completeExceptionally(failed(cluster, unreachable));
                transport.close();
                loops.shutDown(); // we are on one of them, which cannot wait for its own end
                return;
            }
            Promise<LedgerClient> opened = open(config, cluster, store, transport, loops.loops(), new SecureEntropy());
            Futures.whenDone(opened, first, (client, failure) -> {
                if (client == null) {
                    connected.completeExceptionally(failure == null ? failed(cluster, null) : failure);
                    transport.close();
                    store.close();
                    loops.shutDown();
                } else {
                    connected.complete(
                            new OwningLedgerClient(client, List.of(transport::close, store::close, loops::close)));
                }
            });
        });
        return connected;
    }

    /**
     * Opens a client of an existing cluster; completes on the first of {@code loops}, fails with MetadataFailed when the cluster cannot be
     * read or was never initialised. The store and the transport stay the caller's, to be closed after the client.
     *
     * @param config how to write and read
     * @param cluster where the cluster is rooted in {@code store}
     * @param loops loops that ledgers are spread over; connections are made for each of them
     */
    public static Promise<LedgerClient> open(
            ClientConfig config,
            MetadataUri cluster,
            MetaStore store,
            Transport transport,
            Loops loops,
            Entropy entropy) {
        return open(config, cluster, store, transport, loops, entropy, ClientRules.SAFE);
    }

    /** As the public way, but with {@code rules} that need not be safe. */
    static Promise<LedgerClient> open(
            ClientConfig config,
            MetadataUri cluster,
            MetaStore store,
            Transport transport,
            Loops loops,
            Entropy entropy,
            ClientRules rules) {
        // A laggard's budget comes on top of what windows may have open, so that it is found before a queue is full.
        DataSize queueSizeMax = DataSize.bytes(
                config.windowSize().bytes() + 2 * config.bookieBudget().bytes());
        PoolConfig pools =
                PoolConfig.of(config.wire() == ClientConfig.Wire.V3 ? WireChoice.V3 : WireChoice.V2_HOT, queueSizeMax);
        return open(config, cluster, store, loops, entropy, rules, (registry, loop) -> {
            ConnectionPool pool = new ConnectionPool(transport, loop, registry::resolve, pools);
            return new ClientLoop.Connections(pool, pool::close);
        });
    }

    /**
     * As the public way, over connections of the caller's making.
     *
     * @param connections makes those of one loop
     */
    static Promise<LedgerClient> open(
            ClientConfig config,
            MetadataUri cluster,
            MetaStore store,
            Loops loops,
            Entropy entropy,
            ClientRules rules,
            BiFunction<BookieRegistry, Loop, ClientLoop.Connections> connections) {
        Loop first = loops.all().get(0);
        Promise<LedgerClient> result = first.promise();
        Futures.whenDone(ClusterLayout.open(store, cluster, first), first, (layout, failure) -> {
            if (layout == null) {
                result.completeExceptionally(failed(cluster, failure));
                return;
            }
            BookieRegistry registry = new BookieRegistry(store, layout);
            Futures.whenDone(registry.follow(first), first, (members, refused) -> {
                if (members == null) {
                    registry.close();
                    result.completeExceptionally(failed(cluster, refused));
                    return;
                }
                LedgerMetadataStore metadata = new LedgerMetadataStore(store, layout, entropy);
                Metrics metrics = new Metrics();
                Map<Loop, ClientLoop> homes = new LinkedHashMap<>();
                for (Loop loop : loops.all()) {
                    homes.put(
                            loop,
                            new ClientLoop(
                                    loop,
                                    connections.apply(registry, loop),
                                    metadata,
                                    config,
                                    config.placement().create(entropy),
                                    new Registered(registry),
                                    new Announced(registry),
                                    new ReadMeters(metrics),
                                    rules));
                }
                result.complete(new QuorumLedgerClient(config, metadata, registry, loops, homes, metrics));
            });
        });
        return result;
    }

    private static LedgerException failed(MetadataUri cluster, @Nullable Throwable failure) {
        return new LedgerException.MetadataFailed(
                Outcome.NOT_APPLIED,
                "the cluster at %s cannot be opened: %s"
                        .formatted(cluster, failure == null ? "no answer came" : failure.getMessage()),
                failure);
    }

    /** What registered bookies announce; belongs to one loop. */
    private static final class Announced implements BiPredicate<BookieId, String> {
        private final BookieRegistry registry;
        private final Map<BookieId, Set<String>> known = new LinkedHashMap<>(); // of the membership seen last
        private Membership seen = Membership.UNKNOWN;

        Announced(BookieRegistry registry) {
            this.registry = registry;
        }

        @Override
        public boolean test(BookieId bookie, String feature) {
            Membership now = registry.members();
            if (now != seen) {
                seen = now;
                known.clear();
            }
            Set<String> features = known.get(bookie);
            if (features == null) {
                RegisteredBookie registered = now.find(bookie);
                features = registered == null ? Set.of() : registered.features();
                known.put(bookie, features);
            }
            return features.contains(feature);
        }
    }

    /** The registered bookies as placement sees them; belongs to one loop. */
    private static final class Registered implements Supplier<Candidates> {
        private final BookieRegistry registry;
        private Membership seen = Membership.UNKNOWN;
        private Candidates candidates = Candidates.NONE;

        Registered(BookieRegistry registry) {
            this.registry = registry;
        }

        @Override
        public Candidates get() {
            Membership now = registry.members();
            if (now != seen) {
                seen = now;
                candidates = candidates.after(now);
            }
            return candidates;
        }
    }
}
