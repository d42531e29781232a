package io.daybook.relay;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Awaiting;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Probe;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.base.time.SystemClock;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.client.ClientMutants;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.ledger.metadata.zookeeper.ZooKeeperMetaStore;
import io.daybook.ledger.transport.NettyLoops;
import io.daybook.ledger.transport.NettyTransport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A client that reaches bookies by detours, with what it stands on. */
record ClientSession(LedgerClient client, NettyTransport transport, ZooKeeperMetaStore store, NettyLoops loops)
        implements AutoCloseable {

    /** @param detours relays by the addresses of their bookies; other bookies are reached directly */
    static ClientSession open(MetadataUri cluster, ClientConfig config, Map<HostPort, HostPort> detours) {
        return open(cluster, config, detours, ClientMutants.NONE);
    }

    /** As {@link #open(MetadataUri, ClientConfig, Map)}, with a rule taken away. */
    static ClientSession open(
            MetadataUri cluster, ClientConfig config, Map<HostPort, HostPort> detours, ClientMutants rules) {
        NettyLoops loops = NettyLoops.start("client", 1, SystemClock.INSTANCE);
        NettyTransport transport = NettyTransport.open(loops, config.frameSizeMax());
        ZooKeeperMetaStore store = Awaiting.real(ZooKeeperMetaStore.open(
                cluster, Duration.ofSeconds(10), loops.loops().all().get(0)));
        LedgerClient client = Awaiting.real(rules.open(
                config,
                cluster,
                store,
                new RelayedTransport(transport, detours),
                loops.loops(),
                new SecureEntropy(),
                Probe.NONE));
        return new ClientSession(client, transport, store, loops);
    }

    /** The defaults with another wire and other time-outs. */
    static ClientConfig config(ClientConfig.Wire wire, Duration timeout) {
        ClientConfig d = ClientConfig.DEFAULT;
        return new ClientConfig(
                timeout,
                timeout,
                d.windowEntries(),
                d.windowSize(),
                d.bookieBudget(),
                d.readAhead(),
                d.hedgeDelay(),
                d.quarantine(),
                d.ensembleChangesMax(),
                d.frameSizeMax(),
                wire);
    }

    /** The defaults with another budget for a bookie that falls behind. */
    static ClientConfig config(DataSize bookieBudget) {
        ClientConfig d = ClientConfig.DEFAULT;
        return new ClientConfig(
                d.addTimeout(),
                d.readTimeout(),
                d.windowEntries(),
                d.windowSize(),
                bookieBudget,
                d.readAhead(),
                d.hedgeDelay(),
                d.quarantine(),
                d.ensembleChangesMax(),
                d.frameSizeMax(),
                d.wire());
    }

    /** Detours as words, {@code FROM=TO}, for another process. */
    static List<String> words(Map<HostPort, HostPort> detours) {
        return detours.entrySet().stream()
                .map(detour -> detour.getKey() + "=" + detour.getValue())
                .toList();
    }

    static Map<HostPort, HostPort> parsed(List<String> words) {
        return words.stream()
                .map(word -> word.split("=", 2))
                .collect(Collectors.toMap(
                        ends -> HostPort.parse(ends[0]),
                        ends -> HostPort.parse(ends[1]),
                        (a, b) -> a,
                        LinkedHashMap::new));
    }

    @Override
    public void close() {
        client.close();
        transport.close();
        store.close();
        loops.close();
    }
}
