package io.daybook.relay;

import io.daybook.base.seam.HostPort;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.metadata.MetadataUri;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Bookies in a process of their own, each behind a relay in this one. */
final class RelayedCluster implements AutoCloseable {
    private final JvmProcess process;
    private final MetadataUri uri;
    private final List<BookieRelay> relays = new ArrayList<>();

    private RelayedCluster(JvmProcess process) throws IOException {
        this.process = process;
        String[] words = process.answer("ready").split(" ");
        this.uri = MetadataUri.parse(words[0]);
        for (int i = 1; i < words.length; i++) {
            relays.add(BookieRelay.start(HostPort.parse(words[i])));
        }
    }

    static RelayedCluster start(Path folder, int bookies) throws IOException {
        return new RelayedCluster(JvmProcess.start(folder, ClusterMain.class, List.of("" + bookies)));
    }

    MetadataUri uri() {
        return uri;
    }

    List<BookieRelay> relays() {
        return relays;
    }

    /** The relay of the bookie with this id, which is its address. */
    BookieRelay relay(BookieId bookie) {
        HostPort address = HostPort.parse(bookie.value());
        return relays.stream()
                .filter(relay -> relay.bookie().equals(address))
                .findFirst()
                .orElseThrow();
    }

    /** Other relays to the same bookies, the caller's to close. */
    List<BookieRelay> moreRelays() {
        return relays.stream().map(relay -> BookieRelay.start(relay.bookie())).toList();
    }

    Map<HostPort, HostPort> detours() {
        return detours(relays);
    }

    static Map<HostPort, HostPort> detours(List<BookieRelay> relays) {
        Map<HostPort, HostPort> detours = new LinkedHashMap<>();
        relays.forEach(relay -> detours.put(relay.bookie(), relay.address()));
        return detours;
    }

    /** A client whose connections go through the relays. */
    ClientSession relayed(ClientConfig config) {
        return ClientSession.open(uri, config, detours());
    }

    /** A client whose connections go straight to the bookies. */
    ClientSession direct(ClientConfig config) {
        return ClientSession.open(uri, config, Map.of());
    }

    @Override
    public void close() throws Exception {
        relays.forEach(BookieRelay::close);
        process.close();
    }
}
