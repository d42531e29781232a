package io.daybook.ledger.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.ledger.BookieId;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class BookieRegistryTest {
    private static final MetadataUri URI = MetadataUri.parse("zk+hierarchical://metadata:2181/ledgers");
    private static final Duration SOON = Duration.ofSeconds(10);

    private SimWorld world = new SimWorld(1);
    private SimNode client = world.node("client");
    private Loop loop = client.loop("meta");
    private ClusterLayout cluster = world.await(ClusterLayout.init(client.metaStore(), URI, client.entropy(), loop));

    @Test
    void anOutageFreezesTheListInsteadOfEmptyingIt() {
        bookie("b1");
        bookie("b2");
        BookieRegistry registry = follow();
        int[] calls = {0};
        registry.watch(() -> calls[0]++, loop);

        world.metadata().outage(true);
        world.runFor(Duration.ofMinutes(5));

        assertThat(registry.members().writable()).hasSize(2);
        assertThat(world.await(registry.resolve(new BookieId("b1"), loop))).isEqualTo(new HostPort("b1", 3181));

        world.metadata().outage(false);
        bookie("b3");
        assertThat(world.runUntil(() -> registry.members().writable().size() == 3, SOON))
                .isTrue();
        assertThat(registry.members().current()).isTrue();
        assertThat(world.runUntil(() -> calls[0] > 0, SOON)).isTrue();
        registry.close();
    }

    @Test
    void aListThatCouldNotBeReadAtFirstIsReadLater() {
        bookie("b1");
        world.metadata().outage(true);
        BookieRegistry registry = new BookieRegistry(client.metaStore(), cluster);

        assertThatThrownBy(() -> world.await(registry.follow(loop))).isInstanceOf(MetaException.class);
        assertThat(registry.members()).isEqualTo(Membership.UNKNOWN);

        world.metadata().outage(false);
        assertThat(world.runUntil(() -> registry.members().writable().size() == 1, SOON))
                .isTrue();
        registry.close();
    }

    @Test
    void theListSurvivesTheEndOfTheFollowersOwnSession() {
        bookie("b1");
        BookieRegistry registry = follow();

        world.metadata().expireSession("client");
        bookie("b2");

        assertThat(world.runUntil(() -> registry.members().writable().size() == 2, SOON))
                .isTrue();
        registry.close();
    }

    @Test
    void aBookieThatCameBackElsewhereIsFoundThere() {
        SimNode bookie = bookie("b1");
        BookieRegistry registry = follow();
        BookieRegistry own = new BookieRegistry(bookie.metaStore(), cluster);
        BookieId id = new BookieId("b1");

        world.await(own.unregister(id, bookie.loop("meta")));
        world.await(own.register(id, info("moved", 4000), false, bookie.loop("meta")));

        HostPort moved = new HostPort("moved", 4000);
        assertThat(world.runUntil(
                        () -> registry.members().find(id) != null
                                && moved.equals(registry.members().find(id).address()),
                        SOON))
                .isTrue();
        registry.close();
    }

    @Test
    void aBookieThatIsNotRegisteredIsNotResolvedEvenIfItsIdLooksLikeAnAddress() {
        BookieRegistry registry = new BookieRegistry(client.metaStore(), cluster);

        assertThatThrownBy(() -> world.await(registry.resolve(new BookieId("10.0.0.1:3181"), loop)))
                .isInstanceOfSatisfying(
                        MetaException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(MetaException.Kind.NO_NODE))
                .hasMessageContaining("bookie 10.0.0.1:3181 is not registered");
    }

    @Test
    void anEmptyRegistrationMeansThatTheIdIsTheAddress() {
        world.await(client.metaStore().create("/ledgers/available/10.0.0.1:3181", new byte[0], Mode.EPHEMERAL, loop));
        BookieRegistry registry = new BookieRegistry(client.metaStore(), cluster);

        assertThat(world.await(registry.resolve(new BookieId("10.0.0.1:3181"), loop)))
                .isEqualTo(new HostPort("10.0.0.1", 3181));
    }

    @Test
    void anUnreadableRegistrationIsLeftOut() {
        bookie("b1");
        world.await(client.metaStore().create("/ledgers/available/odd", new byte[] {1, 2}, Mode.EPHEMERAL, loop));

        BookieRegistry registry = follow();

        assertThat(registry.members().writable().keySet()).containsExactly(new BookieId("b1"));
        registry.close();
    }

    @Test
    void aBookieThatChangesListsIsNeverOnNoneAndTroubleNeverShrinksTheList() {
        int changes = 0;
        List<String> missing = new ArrayList<>();
        for (long seed = 0; seed < 60; seed++) {
            world = new SimWorld(seed);
            client = world.node("client");
            loop = client.loop("meta");
            cluster = world.await(ClusterLayout.init(client.metaStore(), URI, client.entropy(), loop));
            SimNode bookie = bookie("b1");
            bookie("b2");
            BookieRegistry own = new BookieRegistry(bookie.metaStore(), cluster);
            BookieId id = new BookieId("b1");
            BookieRegistry registry = follow();
            int[] published = {0};
            long named = seed;
            registry.watch(
                    () -> {
                        published[0]++;
                        if (registry.members().find(id) == null
                                || registry.members().find(new BookieId("b2")) == null) {
                            missing.add("seed %d: %s".formatted(named, registry.members()));
                        }
                    },
                    loop);
            world.faults().metaStaleRead = 300_000;
            world.faults().metaLateWatch = 300_000;
            world.faults().metaDoubleWatch = 200_000;

            for (int i = 0; i < 40; i++) {
                Promise<Boolean> moved = own.move(id, info("b1", 3181), i % 2 == 0, bookie.loop("meta"));
                if (world.random("outage " + i).below(20) == 0) {
                    world.metadata().outage(true);
                    world.runFor(Duration.ofSeconds(world.random("long " + i).below(8)));
                    world.metadata().outage(false);
                }
                if (world.random("expiry " + i).below(20) == 0) {
                    world.metadata().expireSession("client");
                }
                assertThat(world.runUntil(moved::isDone, SOON)).isTrue(); // a bookie moves once at a time
                world.runFor(Duration.ofMillis(world.random("wait " + i).below(10)));
            }
            world.heal();
            assertThat(world.runUntil(() -> registry.members().current(), SOON)).isTrue();
            changes += published[0];
            registry.close();
        }
        assertThat(missing).isEmpty();
        assertThat(changes).isGreaterThan(200);
    }

    @Test
    void anEmptyAnswerAfterAnOutageIsTheTruth() {
        SimNode bookie = bookie("b1");
        BookieRegistry registry = follow();
        BookieRegistry own = new BookieRegistry(bookie.metaStore(), cluster);

        world.metadata().outage(true);
        world.runFor(Duration.ofMinutes(1));
        assertThat(registry.members().writable()).hasSize(1);
        world.metadata().outage(false);
        world.await(own.unregister(new BookieId("b1"), bookie.loop("meta")));

        assertThat(world.runUntil(
                        () -> registry.members().current()
                                && registry.members().writable().isEmpty(),
                        SOON))
                .isTrue();
        registry.close();
    }

    @Test
    void theListIsRightOnceAllFaultsHaveEnded() {
        for (long seed = 0; seed < 40; seed++) {
            world = new SimWorld(seed);
            client = world.node("client");
            loop = client.loop("meta");
            cluster = world.await(ClusterLayout.init(client.metaStore(), URI, client.entropy(), loop));
            bookie("b0");
            BookieRegistry registry = follow();
            world.faults().metaUnavailable = 100_000;
            world.faults().metaExpiry = 20_000;
            world.faults().metaStaleRead = 300_000;
            world.faults().metaLateWatch = 300_000;
            world.faults().metaDoubleWatch = 200_000;

            for (int i = 0; i < 8; i++) {
                SimNode bookie =
                        world.node("b" + (1 + world.random("which " + i).below(3)));
                BookieRegistry own = new BookieRegistry(bookie.metaStore(), cluster);
                BookieId id = new BookieId(bookie.name());
                switch (world.random("what " + i).below(3)) {
                    case 0 -> own.register(id, info(bookie.name(), 1000 + i), false, bookie.loop("meta"));
                    case 1 -> own.move(id, info(bookie.name(), 2000 + i), true, bookie.loop("meta"));
                    default -> own.unregister(id, bookie.loop("meta"));
                }
                world.runFor(Duration.ofMillis(world.random("wait " + i).below(3000)));
            }
            world.heal();
            world.runFor(Duration.ofSeconds(60));

            Membership members = registry.members();
            assertThat(members.current()).as("seed %d", seed).isTrue();
            TreeMap<BookieId, RegisteredBookie> all = new TreeMap<>(members.writable());
            all.putAll(members.readOnly());
            for (String name : new String[] {"b0", "b1", "b2", "b3"}) {
                BookieId id = new BookieId(name);
                assertThat(all.get(id)).as("%s, seed %d", name, seed).isEqualTo(world.await(registered(id)));
            }
            registry.close();
        }
    }

    private Promise<RegisteredBookie> registered(BookieId id) {
        BookieRegistry fresh = new BookieRegistry(client.metaStore(), cluster);
        boolean retired = world.metadata().node(fresh.path(id, true)) != null;
        return Steps.after(
                fresh.find(id, loop),
                (found, failure) -> Steps.done(
                        loop,
                        found == null || found.readOnly() == retired
                                ? found // on both lists it counts as read-only
                                : RegisteredBookie.of(
                                        id,
                                        true,
                                        BookieServiceInfo.decode(
                                                id,
                                                world.metadata()
                                                        .node(fresh.path(id, true))
                                                        .data()))));
    }

    private BookieRegistry follow() {
        BookieRegistry registry = new BookieRegistry(client.metaStore(), cluster);
        world.await(registry.follow(loop));
        return registry;
    }

    private SimNode bookie(String name) {
        SimNode bookie = world.node(name);
        BookieRegistry registry = new BookieRegistry(bookie.metaStore(), cluster);
        assertThat(world.await(registry.register(new BookieId(name), info(name, 3181), false, bookie.loop("meta"))))
                .isTrue();
        return bookie;
    }

    private static BookieServiceInfo info(String host, int port) {
        return BookieServiceInfo.of(new HostPort(host, port), new TreeMap<>());
    }
}
