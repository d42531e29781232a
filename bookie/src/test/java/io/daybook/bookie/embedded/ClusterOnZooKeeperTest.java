package io.daybook.bookie.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Awaiting;
import io.daybook.base.exec.Promise;
import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.base.time.SystemClock;
import io.daybook.bookie.disk.FileDisk;
import io.daybook.bookie.disk.Layout;
import io.daybook.bookie.membership.Identity;
import io.daybook.bookie.membership.Registration;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.BookieServiceInfo;
import io.daybook.ledger.metadata.CasOutcome;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.LedgerMetadataStore;
import io.daybook.ledger.metadata.NewLedger;
import io.daybook.ledger.metadata.zookeeper.ZooKeeperMetaStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The classes of metadata and membership on real ZooKeeper and real disks, once through. */
@Timeout(60)
final class ClusterOnZooKeeperTest {
    private static final BookieId BOOKIE = new BookieId("b1:3181");
    private static final Duration SESSION = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    @Test
    void aClusterIsMadeABookieJoinsAndLedgersComeAndGo() {
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(directory.resolve("zk"), 0);
                ThreadLoop loop = ThreadLoop.start("db-test", SystemClock.INSTANCE);
                MetaStore store = Awaiting.real(ZooKeeperMetaStore.open(server.uri(), SESSION, loop));
                MetaStore client = Awaiting.real(ZooKeeperMetaStore.open(server.uri(), SESSION, loop))) {
            SecureEntropy entropy = new SecureEntropy();
            ClusterLayout cluster = Awaiting.real(ClusterLayout.openOrInit(store, server.uri(), entropy, loop));
            assertThat(Awaiting.real(ClusterLayout.openOrInit(client, server.uri(), entropy, loop)))
                    .isEqualTo(cluster);

            Layout layout = new Layout(directory.resolve("journal"), directory.resolve("data"));
            FileDisk disk = new FileDisk(List.of());
            Identity made =
                    Awaiting.real(Identity.establish(BOOKIE, layout, cluster, store, disk, entropy, false, loop));
            assertThat(Awaiting.real(Identity.establish(BOOKIE, layout, cluster, store, disk, entropy, false, loop)))
                    .isEqualTo(made);

            BookieRegistry registry = new BookieRegistry(client, cluster);
            assertThat(Awaiting.real(registry.follow(loop)).writable()).isEmpty();
            Promise<Void> seen = loop.promise();
            registry.watch(
                    () -> {
                        if (registry.members().writable().containsKey(BOOKIE)) {
                            seen.complete(null);
                        }
                    },
                    loop);
            Awaiting.real(Registration.start(
                    BOOKIE,
                    BookieServiceInfo.of(new HostPort("127.0.0.1", 3181), new TreeMap<>()),
                    false,
                    new BookieRegistry(store, cluster),
                    store,
                    SESSION,
                    loop));
            Awaiting.real(seen);
            assertThat(Awaiting.real(registry.resolve(BOOKIE, loop))).isEqualTo(new HostPort("127.0.0.1", 3181));
            registry.close();

            LedgerMetadataStore ledgers = new LedgerMetadataStore(client, cluster, entropy);
            List<Promise<NewLedger>> creating = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                creating.add(ledgers.create(record(), loop));
            }
            long[] ids = creating.stream()
                    .mapToLong(each -> Awaiting.real(each).id().value())
                    .sorted()
                    .toArray();
            assertThat(Awaiting.real(ledgers.list(loop))).isEqualTo(ids).hasSize(50);
            for (Promise<NewLedger> each : creating) {
                assertThat(Awaiting.real(ledgers.delete(Awaiting.real(each).id(), 0, loop)))
                        .isInstanceOf(CasOutcome.Gone.class);
            }
            assertThat(Awaiting.real(ledgers.list(loop))).isEmpty();
            assertThat(Awaiting.real(store.children(cluster.root(), loop)))
                    .containsExactly("INSTANCEID", "LAYOUT", "available", "cookies", "daybook", "idgen");
        }
    }

    private static LedgerMetadata record() {
        return LedgerMetadata.open(
                new Replication(1, 1, 1), DigestType.CRC32C, Password.EMPTY, List.of(BOOKIE), 1000, 0, Map.of());
    }
}
