package io.daybook.ledger.client;

import io.daybook.base.exec.Loops;
import io.daybook.base.seam.HostPort;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.BookieServiceInfo;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A simulated cluster of fake bookies b1, b2, … that are registered, and clients. */
final class ClientWorld {
    static final MetadataUri URI = MetadataUri.parse("zk+hierarchical://meta:2181/ledgers");

    final SimWorld world;
    final FakeBookies bookies = new FakeBookies();
    private final Map<BookieId, SimNode> nodes = new LinkedHashMap<>();

    ClientWorld(long seed, int bookieCount) {
        world = new SimWorld(seed);
        SimNode admin = world.node("admin");
        world.await(ClusterLayout.init(admin.metaStore(), URI, admin.entropy(), admin.loop("main")));
        for (int i = 1; i <= bookieCount; i++) {
            register("b" + i);
        }
    }

    void register(String name) {
        register(name, "durable-fence");
    }

    void register(String name, String features) {
        BookieId id = new BookieId(name);
        SimNode node = world.node(name);
        var layout = world.await(ClusterLayout.open(node.metaStore(), URI, node.loop("main")));
        var registry = new BookieRegistry(node.metaStore(), layout);
        var info = BookieServiceInfo.of(
                new HostPort(name, 3181), new java.util.TreeMap<>(Map.of(BookieServiceInfo.FEATURES, features)));
        world.await(registry.register(id, info, false, node.loop("main")));
        nodes.put(id, node);
    }

    /** The bookie dies: calls fail, and its registration vanishes with its session. */
    void kill(String name) {
        bookies.fake(name).down = true;
        nodes.get(new BookieId(name)).kill();
    }

    LedgerClient client(String name) {
        return client(name, ClientConfig.DEFAULT);
    }

    LedgerClient client(String name, ClientConfig config) {
        return client(name, config, ClientRules.SAFE);
    }

    LedgerClient client(String name, ClientConfig config, ClientRules rules) {
        SimNode node = world.node(name);
        Loops loops = node.loops("db", 2);
        return world.await(LedgerClients.open(
                config,
                URI,
                node.metaStore(),
                loops,
                node.entropy(),
                rules,
                (registry, loop) -> new ClientLoop.Connections(bookies.of(loop), () -> {})));
    }

    static ByteBuf payload(String text) {
        return PooledByteBufAllocator.DEFAULT.buffer().writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
