package io.daybook.ledger.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaStore;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Password;
import io.daybook.ledger.Replication;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Every place that writes metadata, with the reply to each of its writes lost, applied or not (R7). */
final class LostRepliesTest {
    private static final MetadataUri URI = MetadataUri.parse("zk+hierarchical://metadata:2181/cluster/ledgers");
    private static final LedgerId LEDGER = new LedgerId(7);
    private static final BookieId BOOKIE = new BookieId("b1:3181");
    private static final BookieServiceInfo INFO =
            BookieServiceInfo.of(new HostPort("b1", 3181), new TreeMap<>(Map.of("daybook.boot", "5")));

    private SimWorld world;
    private SimNode node;
    private Loop loop;
    private ClusterLayout cluster;

    /** One call of ours and what must be true after it, whatever was lost. */
    private interface Act {
        void run(CountedStore store);
    }

    @Test
    void aClusterIsMadeOnce() {
        withEachReplyLost(false, store -> {
            ClusterLayout made = world.await(ClusterLayout.init(store, URI, node.entropy(), loop));

            assertThat(made.tree()).isEqualTo(LedgerTree.HIERARCHICAL);
            assertThat(made.instanceId())
                    .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
            assertThat(world.metadata().children("/cluster/ledgers"))
                    .containsExactlyInAnyOrder("INSTANCEID", "LAYOUT", "available");
            assertThatThrownBy(() -> world.await(ClusterLayout.init(node.metaStore(), URI, node.entropy(), loop)))
                    .isInstanceOfSatisfying(
                            MetaException.class,
                            refused -> assertThat(refused.kind()).isEqualTo(MetaException.Kind.NODE_EXISTS));
            assertThat(world.await(ClusterLayout.openOrInit(node.metaStore(), URI, node.entropy(), loop)))
                    .isEqualTo(made);
        });
    }

    @Test
    void aLedgerIsCreatedOnceAndKnownAsOurs() {
        withEachReplyLost(true, store -> {
            NewLedger made = world.await(ledgers(store).create(LEDGER, record(), loop));

            assertThat(made).isNotNull();
            assertThat(made.record().version()).isZero();
            LedgerMetadata stored =
                    world.await(ledgers(node.metaStore()).read(LEDGER, loop)).value();
            assertThat(stored.creationToken())
                    .isPositive()
                    .isEqualTo(made.record().value().creationToken());
        });
    }

    @Test
    void aLedgerOfAnotherIsNotTakenForOurs() {
        withEachReplyLost(true, store -> {
            world.await(ledgers(node.metaStore()).create(LEDGER, record(), loop));
            byte[] theirs =
                    world.metadata().node("/cluster/ledgers/00/0000/L0007").data();

            assertThat(world.await(ledgers(store).create(LEDGER, record(), loop)))
                    .isNull();

            assertThat(world.metadata().node("/cluster/ledgers/00/0000/L0007").data())
                    .isEqualTo(theirs);
        });
    }

    @Test
    void anIdIsNeverGivenOutTwice() {
        withEachReplyLost(true, store -> {
            LedgerMetadataStore mine = ledgers(store);
            NewLedger first = world.await(mine.create(record(), loop));
            NewLedger second = world.await(mine.create(record(), loop));
            NewLedger third = world.await(ledgers(node.metaStore()).create(record(), loop));

            assertThat(first.id()).isLessThan(second.id());
            assertThat(second.id()).isLessThan(third.id());
            assertThat(world.await(mine.list(loop)))
                    .containsExactly(
                            first.id().value(), second.id().value(), third.id().value());
        });
    }

    @Test
    void aChangeIsAppliedOnceAndItsVersionKnown() {
        withEachReplyLost(true, store -> {
            world.await(ledgers(node.metaStore()).create(LEDGER, record(), loop));
            LedgerMetadata next = record().withState(LedgerState.IN_RECOVERY);

            CasOutcome outcome = world.await(ledgers(store).compareAndSet(LEDGER, next, 0, loop));

            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            CasOutcome.Applied.class,
                            applied -> assertThat(applied.written().version()).isEqualTo(1));
            assertThat(world.metadata().node("/cluster/ledgers/00/0000/L0007").version())
                    .isEqualTo(1);
        });
    }

    @Test
    void aChangeThatCameTooLateSeesWhatIsThere() {
        withEachReplyLost(true, store -> {
            LedgerMetadataStore other = ledgers(node.metaStore());
            world.await(other.create(LEDGER, record(), loop));
            world.await(other.compareAndSet(LEDGER, record().withClosed(3, 30), 0, loop));

            CasOutcome outcome = world.await(
                    ledgers(store).compareAndSet(LEDGER, record().withState(LedgerState.IN_RECOVERY), 0, loop));

            assertThat(outcome).isInstanceOfSatisfying(CasOutcome.Conflict.class, conflict -> {
                assertThat(conflict.current().version()).isEqualTo(1);
                assertThat(conflict.current().value().state()).isEqualTo(LedgerState.CLOSED);
            });
        });
    }

    @Test
    void aDeletedLedgerIsGoneWithItsEmptyParents() {
        withEachReplyLost(true, store -> {
            world.await(ledgers(node.metaStore()).create(LEDGER, record(), loop));

            CasOutcome outcome = world.await(ledgers(store).delete(LEDGER, 0, loop));

            assertThat(outcome).isInstanceOf(CasOutcome.Gone.class);
            assertThat(world.metadata().node("/cluster/ledgers/00/0000/L0007")).isNull();
            assertThat(world.metadata().node("/cluster/ledgers/daybook/tombstones/07/7"))
                    .isNotNull();
            assertThat(world.await(ledgers(store).deleted(LEDGER, loop))).isTrue();
            assertThat(world.await(ledgers(store).create(LEDGER, record(), loop)))
                    .as("an id never comes back (R3)")
                    .isNull();
            assertThat(world.await(ledgers(store).compareAndSet(LEDGER, record(), 0, loop)))
                    .isInstanceOf(CasOutcome.Gone.class);
            assertThat(world.await(ledgers(store).delete(LEDGER, 0, loop))).isInstanceOf(CasOutcome.Gone.class);
        });
    }

    @Test
    void aCookieIsCreatedChangedAndRemovedOnce() {
        withEachReplyLost(true, store -> {
            CookieStore cookies = new CookieStore(store, cluster);
            Cookie first = new Cookie(BOOKIE, List.of("/j"), List.of("/l"), cluster.instanceId(), null);
            Cookie second = new Cookie(BOOKIE, List.of("/j"), List.of("/l", "/m"), cluster.instanceId(), null);

            assertThat(world.await(cookies.create(first, loop))).isEqualTo(new WriteOutcome.Applied(0));
            assertThat(world.await(cookies.create(second, loop))).isInstanceOf(WriteOutcome.Conflict.class);
            assertThat(world.await(cookies.update(second, 0, loop))).isEqualTo(new WriteOutcome.Applied(1));
            assertThat(world.await(cookies.read(BOOKIE, loop))).isEqualTo(new Versioned<>(second, 1));
            assertThat(world.await(cookies.bookies(loop))).containsExactly(BOOKIE);
            assertThat(world.await(cookies.delete(BOOKIE, 0, loop))).isInstanceOf(WriteOutcome.Conflict.class);
            world.await(cookies.delete(BOOKIE, 1, loop));
            assertThat(world.await(cookies.read(BOOKIE, loop))).isNull();
        });
    }

    @Test
    void aBookieIsEnteredMovedAndTakenOff() {
        withEachReplyLost(true, store -> {
            BookieRegistry registry = new BookieRegistry(store, cluster);

            assertThat(world.await(registry.register(BOOKIE, INFO, false, loop)))
                    .isTrue();
            assertThat(world.await(registry.find(BOOKIE, loop)).readOnly()).isFalse();
            assertThat(world.await(registry.move(BOOKIE, INFO, true, loop))).isTrue();
            assertThat(world.metadata().node(registry.path(BOOKIE, false))).isNull();
            assertThat(world.await(registry.find(BOOKIE, loop)).readOnly()).isTrue();
            assertThat(world.await(registry.resolve(BOOKIE, loop))).isEqualTo(new HostPort("b1", 3181));
            BookieRegistry stranger = new BookieRegistry(world.node("other").metaStore(), cluster);
            assertThat(world.await(stranger.register(BOOKIE, INFO, true, loop))).isFalse();
            world.await(registry.unregister(BOOKIE, loop));
            assertThat(world.await(registry.find(BOOKIE, loop))).isNull();
        });
    }

    @Test
    void aWriteIsSettledOnlyWhenTheStoreAnswersAgain() {
        newWorld(1);
        makeCluster();
        world.await(ledgers(node.metaStore()).create(LEDGER, record(), loop));
        CountedStore store = new CountedStore(node.metaStore(), world, 1, true);

        var change = ledgers(store).compareAndSet(LEDGER, record().withClosed(3, 30), 0, loop);
        world.runFor(Duration.ofMillis(1));
        world.metadata().outage(true);
        world.runFor(Duration.ofMinutes(5));
        assertThat(change).isNotDone();
        world.metadata().outage(false);

        assertThat(world.await(change)).isInstanceOf(CasOutcome.Applied.class);
    }

    @Test
    void onlyAClosedStoreLeavesTheOutcomeUnknown() {
        newWorld(1);
        makeCluster();
        world.await(ledgers(node.metaStore()).create(LEDGER, record(), loop));
        CountedStore store = new CountedStore(node.metaStore(), world, 1, true);

        var change = ledgers(store).compareAndSet(LEDGER, record().withClosed(3, 30), 0, loop);
        world.runFor(Duration.ofMillis(1));
        node.metaStore().close();

        assertThatThrownBy(() -> world.await(change))
                .isInstanceOfSatisfying(
                        LedgerException.MetadataFailed.class,
                        failure -> assertThat(failure.outcome()).isEqualTo(LedgerException.Outcome.UNKNOWN));
    }

    @Test
    void competingChangesAllComeOutInSomeOrderUnderAnyFault() {
        for (long seed = 0; seed < 60; seed++) {
            world = SimWorld.exploring(seed, false);
            node = world.node("a");
            loop = node.loop("meta");
            makeCluster();
            world.await(insist(() -> ledgers(node.metaStore()).create(LEDGER, record(), loop)));
            int applied = 0;

            for (int i = 0; i < 6; i++) {
                var outcomes = List.of("b", "c").stream()
                        .map(name -> {
                            SimNode client = world.node(name);
                            Loop own = client.loop("meta");
                            LedgerMetadataStore store =
                                    new LedgerMetadataStore(client.metaStore(), cluster, client.entropy());
                            int expected = world.metadata()
                                    .node("/cluster/ledgers/00/0000/L0007")
                                    .version();
                            return store.compareAndSet(
                                    LEDGER, record().withCustom(Map.of(name, new byte[] {1})), expected, own);
                        })
                        .toList();
                for (var outcome : outcomes) {
                    try {
                        applied += world.await(outcome) instanceof CasOutcome.Applied ? 1 : 0;
                    } catch (LedgerException.MetadataFailed unavailable) {
                        assertThat(unavailable.outcome()).isEqualTo(LedgerException.Outcome.NOT_APPLIED);
                    }
                }
            }

            assertThat(world.metadata().node("/cluster/ledgers/00/0000/L0007").version())
                    .as("writes that were reported as applied, seed %d", seed)
                    .isEqualTo(applied);
        }
    }

    // ---- what the tests are made of

    private void withEachReplyLost(boolean cluster, Act act) {
        for (boolean applied : new boolean[] {true, false}) {
            int writes = 1;
            for (int lost = 0; lost <= writes; lost++) { // 0: none
                newWorld(lost);
                if (cluster) {
                    makeCluster();
                }
                CountedStore store = new CountedStore(node.metaStore(), world, lost, applied);
                act.run(store);
                writes = Math.max(writes, lost == 0 ? store.writes() : 0);
            }
        }
    }

    private void newWorld(long seed) {
        world = new SimWorld(seed);
        node = world.node("a");
        loop = node.loop("meta");
    }

    private void makeCluster() {
        cluster = world.await(insist(() -> ClusterLayout.openOrInit(node.metaStore(), URI, node.entropy(), loop)));
    }

    /** Asks again while the store cannot be asked. */
    private <T> Promise<T> insist(Supplier<Promise<T>> ask) {
        return Steps.after(ask.get(), (value, failure) -> failure == null ? Steps.done(loop, value) : insist(ask));
    }

    private LedgerMetadataStore ledgers(MetaStore store) {
        return new LedgerMetadataStore(store, cluster, node.entropy());
    }

    private static LedgerMetadata record() {
        return LedgerMetadata.open(
                new Replication(1, 1, 1), DigestType.CRC32C, Password.EMPTY, List.of(BOOKIE), 1000, 0, Map.of());
    }
}
