package io.daybook.ledger.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole tree of a stock cluster, as our classes see and change it. */
final class StockTreeTest {
    private static final BookieId BOOKIE = new BookieId("127.0.0.1:21021");

    private final SimWorld world = new SimWorld(1);
    private final SimNode node = world.node("a");
    private final Loop loop = node.loop("meta");
    private final MetaStore store = node.metaStore();

    @BeforeEach
    void loadTheTree() {
        for (Map<String, Object> znode : Vectors.of("znode-tree", "nodes")) {
            Mode mode = (boolean) znode.get("ephemeral") ? Mode.EPHEMERAL : Mode.PERSISTENT;
            world.await(store.create((String) znode.get("path"), Vectors.hex(znode.get("dataHex")), mode, loop));
        }
    }

    @Test
    void itsLedgersAreListedAndNothingElse() {
        world.await(store.ensure("/ledgers/daybook/bookies", loop));

        assertThat(world.await(ledgers().list(loop))).containsExactly(0, 2, 3, 4, 5_000_000_000L);
    }

    @Test
    void itsLedgersAreRead() {
        LedgerMetadata closed =
                world.await(ledgers().read(new LedgerId(0), loop)).value();

        assertThat(closed.closed()).isTrue();
        assertThat(closed.lastEntry()).isEqualTo(2);
        assertThat(closed.custom()).containsOnlyKeys("app");
        assertThat(world.await(ledgers().readLinearizable(new LedgerId(1), loop)))
                .isNull();
    }

    @Test
    void itsLayoutIsTakenFromTheTree() {
        ClusterLayout layout = open("zk://metadata:2181/ledgers");

        assertThat(layout.tree()).isEqualTo(LedgerTree.HIERARCHICAL);
        assertThat(layout.instanceId()).isEqualTo("a87f2512-21fc-4f47-90a1-4ad866c710e1");
        assertThatThrownBy(() -> open("zk+flat://metadata:2181/ledgers"))
                .isInstanceOfSatisfying(
                        MetaException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(Kind.REFUSED))
                .hasMessageContaining("hierarchical layout");
    }

    @Test
    void aRootThatWasNeverInitialisedSaysHow() {
        assertThatThrownBy(() -> open("zk://metadata:2181/elsewhere"))
                .isInstanceOfSatisfying(
                        MetaException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(Kind.NO_NODE))
                .hasMessageContaining("daybook cluster init --metadata zk://metadata:2181/elsewhere");
    }

    @Test
    void aMissingLayoutIsWrittenByWhoeverComesFirst() {
        world.await(store.delete("/ledgers/LAYOUT", MetaStore.ANY_VERSION, loop));
        world.await(store.delete("/ledgers/INSTANCEID", MetaStore.ANY_VERSION, loop));

        ClusterLayout layout = open("zk+longhierarchical://metadata:2181/ledgers");

        assertThat(layout).isEqualTo(new ClusterLayout("/ledgers", LedgerTree.LONG_HIERARCHICAL, null));
        assertThat(open("zk://metadata:2181/ledgers")).isEqualTo(layout);
    }

    @Test
    void itsBookiesAreSeen() {
        BookieRegistry registry = new BookieRegistry(store, open("zk://metadata:2181/ledgers"));

        Membership members = world.await(registry.follow(loop));

        assertThat(members.current()).isTrue();
        assertThat(members.writable().keySet())
                .extracting(BookieId::value)
                .containsExactly("127.0.0.1:21021", "127.0.0.1:21022", "127.0.0.1:21023");
        assertThat(members.readOnly().keySet()).extracting(BookieId::value).containsExactly("127.0.0.1:21024");
        assertThat(world.await(registry.all(loop))).hasSize(4);
        assertThat(world.await(registry.resolve(BOOKIE, loop)).port()).isEqualTo(21011);
        registry.close();
    }

    @Test
    void idsGoOnWhereStockLeftOff() {
        assertThat(world.await(ledgers().create(record(), loop)).id().value())
                .as("the simulated counter is that of the parent's children")
                .isGreaterThanOrEqualTo(0);
    }

    @Test
    void idsBeyondTheShortOnesAreMadeLikeThoseOfStock() {
        world.await(store.ensure("/ledgers/idgen-long", loop));

        NewLedger first = world.await(ledgers().create(record(), loop));
        NewLedger second = world.await(ledgers().create(record(), loop));

        assertThat(first.id()).isEqualTo(new LedgerId(4_294_967_296L));
        assertThat(second.id().value()).isGreaterThan(first.id().value());
        assertThat(world.metadata().node("/ledgers/000/0000/0042/9496/L7296")).isNotNull();
        assertThat(world.await(ledgers().list(loop)))
                .contains(first.id().value(), second.id().value());
    }

    @Test
    void theNewestHighNodeIsUsedAndOldOnesAreKept() {
        for (String high : List.of("HOB-0000000001", "HOB-0000000007", "not-one")) {
            world.await(store.ensure("/ledgers/idgen-long/" + high, loop));
        }

        assertThat(world.await(ledgers().create(record(), loop)).id().value() >>> 32)
                .isEqualTo(7);
    }

    @Test
    void anUnreadableLedgerIsNamed() {
        world.await(store.cas(
                "/ledgers/00/0000/L0002", "rubbish".getBytes(StandardCharsets.UTF_8), MetaStore.ANY_VERSION, loop));

        assertThatThrownBy(() -> world.await(ledgers().read(new LedgerId(2), loop)))
                .isInstanceOf(LedgerException.MetadataFailed.class)
                .hasMessageContaining("ledger 2")
                .hasMessageContaining("/ledgers/00/0000/L0002")
                .hasMessageContaining("names its version");
    }

    @Test
    void aListThatCannotBeCompletedFails() {
        world.metadata().outage(true);
        assertThatThrownBy(() -> world.await(ledgers(new ClusterLayout("/ledgers", LedgerTree.HIERARCHICAL, null))
                        .list(loop)))
                .isInstanceOf(LedgerException.MetadataFailed.class)
                .hasMessageContaining("could not be listed");
    }

    @Test
    void aWatchTellsOfAChangeAndOfADeletion() {
        int[] calls = {0};
        MetaStore.Watch watch = ledgers().watch(new LedgerId(0), () -> calls[0]++, loop);
        world.runUntilIdle();

        Versioned<LedgerMetadata> read = world.await(ledgers().read(new LedgerId(0), loop));
        world.await(ledgers().compareAndSet(new LedgerId(0), read.value(), read.version(), loop));
        world.runUntilIdle();
        int afterChange = calls[0];
        world.await(ledgers().delete(new LedgerId(0), read.version() + 1, loop));
        world.runUntilIdle();

        assertThat(afterChange).isPositive();
        assertThat(calls[0]).isGreaterThan(afterChange);
        assertThat(world.metadata().node("/ledgers/00/0000"))
                .as("other ledgers live there")
                .isNotNull();
        watch.close();
    }

    private ClusterLayout open(String uri) {
        return world.await(ClusterLayout.open(store, MetadataUri.parse(uri), loop));
    }

    private LedgerMetadataStore ledgers() {
        return ledgers(open("zk://metadata:2181/ledgers"));
    }

    private LedgerMetadataStore ledgers(ClusterLayout layout) {
        return new LedgerMetadataStore(store, layout, node.entropy());
    }

    private static LedgerMetadata record() {
        return LedgerMetadata.open(
                new Replication(1, 1, 1), DigestType.CRC32C, Password.EMPTY, List.of(BOOKIE), 1000, 0, Map.of());
    }
}
