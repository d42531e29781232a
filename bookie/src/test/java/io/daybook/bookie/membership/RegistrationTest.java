package io.daybook.bookie.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.HostPort;
import io.daybook.bookie.BookieException.Refused;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.metadata.BookieRegistry;
import io.daybook.ledger.metadata.BookieServiceInfo;
import io.daybook.ledger.metadata.ClusterLayout;
import io.daybook.ledger.metadata.Membership;
import io.daybook.ledger.metadata.MetadataUri;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class RegistrationTest {
    private static final MetadataUri URI = MetadataUri.parse("zk+hierarchical://metadata:2181/ledgers");
    private static final BookieId BOOKIE = new BookieId("b1:3181");
    private static final Duration SESSION = Duration.ofSeconds(10);

    private SimWorld world = new SimWorld(1);
    private SimNode node = world.node("b1");
    private ClusterLayout cluster = newCluster();

    @Test
    void standsOnTheListWithWhatTheBookieCanDo() {
        world.await(register(node, 1));

        var found = world.await(registry(node).find(BOOKIE, node.loop("meta")));

        assertThat(found.address()).isEqualTo(new HostPort("b1", 3181));
        assertThat(found.properties()).containsEntry(BookieServiceInfo.BOOT, "1");
        assertThat(found.readOnly()).isFalse();
    }

    @Test
    void registersAgainWhenItsSessionHasExpired() {
        world.await(register(node, 1));
        long before = owner(false);

        world.metadata().expireSession("b1");
        assertThat(world.metadata().node("/ledgers/available/b1:3181")).isNull();
        world.runFor(Duration.ofSeconds(30));

        assertThat(owner(false)).isNotEqualTo(before).isEqualTo(node.metaStore().sessionId());
    }

    @Test
    void putsANodeBackThatSomebodyRemoved() {
        world.await(register(node, 1));

        world.await(world.node("admin")
                .metaStore()
                .delete("/ledgers/available/b1:3181", -1, world.node("admin").loop("meta")));
        world.runFor(Duration.ofSeconds(5));

        assertThat(owner(false)).isEqualTo(node.metaStore().sessionId());
    }

    @Test
    void waitsForTheNodeOfItsLastProcessToVanish() {
        world.await(register(node, 1));
        long before = owner(false);
        node.kill();
        node.restart();

        world.await(register(node, 2));

        assertThat(owner(false)).isNotEqualTo(before);
        assertThat(world.await(registry(node).find(BOOKIE, node.loop("meta"))).properties())
                .containsEntry(BookieServiceInfo.BOOT, "2");
    }

    @Test
    void refusesToStartBesideALivingTwin() {
        world.await(register(node, 1));
        long before = owner(false);

        assertThatThrownBy(() -> world.await(register(world.node("twin"), 2)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("another process is registered as bookie b1:3181");

        world.runFor(Duration.ofMinutes(1));
        assertThat(owner(false)).isEqualTo(before);
    }

    @Test
    void movesBetweenTheListsAndIsNeverOnNone() {
        Registration registration = world.await(register(node, 1));
        world.observe(each -> {
            if (world.metadata().node("/ledgers/available/b1:3181") == null
                    && world.metadata().node("/ledgers/available/readonly/b1:3181") == null) {
                world.fail("the bookie is on no list", null);
            }
        });

        world.await(registration.readOnly(true));
        assertThat(registration.readOnly()).isTrue();
        assertThat(world.metadata().node("/ledgers/available/b1:3181")).isNull();
        assertThat(owner(true)).isEqualTo(node.metaStore().sessionId());

        registration.readOnly(false);
        registration.readOnly(true);
        world.await(registration.readOnly(false));
        world.runFor(Duration.ofSeconds(5));
        assertThat(owner(false)).isEqualTo(node.metaStore().sessionId());
        assertThat(world.metadata().node("/ledgers/available/readonly/b1:3181")).isNull();
    }

    @Test
    void leavesTheListWhenItStopsAndStaysOff() {
        Registration registration = world.await(register(node, 1));

        world.await(registration.stop());
        world.metadata().expireSession("b1");
        world.runFor(Duration.ofMinutes(1));

        assertThat(world.metadata().node("/ledgers/available/b1:3181")).isNull();
    }

    @Test
    void anOutageOfTheMetadataStoreDuringTheStartIsWaitedThrough() {
        world.metadata().outage(true);
        Promise<Registration> starting = register(node, 1);
        world.runFor(Duration.ofSeconds(3));
        world.metadata().outage(false);

        world.await(starting);

        assertThat(owner(false)).isEqualTo(node.metaStore().sessionId());
    }

    @Test
    void isOnItsListOnceAllFaultsHaveEnded() {
        for (long seed = 0; seed < 60; seed++) {
            world = new SimWorld(seed);
            node = world.node("b1");
            cluster = newCluster();
            Registration registration = world.await(register(node, 1));
            world.faults().metaLostReply = 200_000;
            world.faults().metaUnavailable = 100_000;
            world.faults().metaExpiry = 50_000;
            world.faults().metaStaleRead = 300_000;
            world.faults().metaLateWatch = 200_000;

            boolean readOnly = false;
            for (int i = 0; i < 5; i++) {
                readOnly = world.random("choice " + i).flip();
                registration.readOnly(readOnly);
                world.runFor(Duration.ofSeconds(world.random("wait " + i).below(20)));
            }
            world.heal();
            world.runFor(Duration.ofSeconds(60));

            assertThat(owner(readOnly))
                    .as("seed %d", seed)
                    .isEqualTo(node.metaStore().sessionId());
            assertThat(world.metadata().node("/ledgers/available/" + (readOnly ? "" : "readonly/") + BOOKIE))
                    .as("the other list, seed %d", seed)
                    .isNull();
        }
    }

    @Test
    void aClientThatFollowsSeesTheBookieComeAndGo() {
        SimNode client = world.node("client");
        BookieRegistry registry = registry(client);
        assertThat(world.await(registry.follow(client.loop("meta"))).writable()).isEmpty();

        Registration registration = world.await(register(node, 1));
        assertThat(world.runUntil(() -> registry.members().writable().containsKey(BOOKIE), Duration.ofSeconds(5)))
                .isTrue();
        world.await(registration.readOnly(true));
        assertThat(world.runUntil(() -> registry.members().readOnly().containsKey(BOOKIE), Duration.ofSeconds(5)))
                .isTrue();
        world.await(registration.stop());
        assertThat(world.runUntil(() -> registry.members().find(BOOKIE) == null, Duration.ofSeconds(5)))
                .isTrue();
        Membership last = registry.members();
        assertThat(last.current()).isTrue();
        registry.close();
    }

    // ---- what the tests are made of

    private Promise<Registration> register(SimNode where, int boot) {
        TreeMap<String, String> properties = new TreeMap<>(Map.of(BookieServiceInfo.BOOT, Integer.toString(boot)));
        Loop loop = where.loop("meta");
        return Registration.start(
                BOOKIE,
                BookieServiceInfo.of(new HostPort("b1", 3181), properties),
                false,
                registry(where),
                where.metaStore(),
                SESSION,
                loop);
    }

    private BookieRegistry registry(SimNode where) {
        return new BookieRegistry(where.metaStore(), cluster);
    }

    private ClusterLayout newCluster() {
        return world.await(ClusterLayout.init(node.metaStore(), URI, node.entropy(), node.loop("meta")));
    }

    private long owner(boolean readOnly) {
        var found = world.metadata().node("/ledgers/available/" + (readOnly ? "readonly/" : "") + BOOKIE);
        return found == null ? 0 : found.ephemeralOwner();
    }
}
