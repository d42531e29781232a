package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Session;
import io.daybook.base.seam.MetaStoreContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

final class SimMetaStoreTest extends MetaStoreContract {
    private final SimWorld world = new SimWorld(5);
    private final SimNode node = world.node("n1");
    private final SimNode other = world.node("n2");
    private final MetaStore store = node.metaStore();
    private final MetaStore otherStore = other.metaStore();

    @Override
    protected MetaStore store() {
        return store;
    }

    @Override
    protected MetaStore otherStore() {
        return otherStore;
    }

    @Override
    protected Loop loop() {
        return node.loop("loop-0");
    }

    @Override
    protected String root() {
        return "/contract";
    }

    @Override
    protected void expireSession() {
        world.metadata().expireSession("n1");
    }

    @Override
    protected <T> T await(CompletionStage<T> stage) {
        return world.await(stage);
    }

    @Test
    void aLostReplyIsAmbiguousWhetherTheWriteHappenedOrNot() {
        world.metadata().loseNextReply(true);
        ambiguous("/happened");
        world.metadata().loseNextReply(false);
        ambiguous("/did-not");

        assertThat(world.metadata().node("/happened")).isNotNull();
        assertThat(world.metadata().node("/did-not")).isNull();
    }

    @Test
    void anOutageAnswersUnavailableAndWritesNothing() {
        world.metadata().outage(true);

        assertThatThrownBy(() -> await(store.create("/a", new byte[0], Mode.PERSISTENT, loop())))
                .isInstanceOfSatisfying(
                        MetaException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(Kind.UNAVAILABLE));

        world.metadata().outage(false);
        assertThat(await(store.getLinearizable("/a", loop()))).isNull();
    }

    @Test
    void aSessionOutlivesAShortCutAndNotALongOne() {
        List<Session> states = new ArrayList<>();
        store.watchSession(states::add, loop());
        await(store.create("/e", new byte[0], Mode.EPHEMERAL, loop()));

        world.network().cut("n1", SimWorld.METADATA);
        world.runFor(Duration.ofSeconds(5));
        world.network().heal("n1", SimWorld.METADATA);
        world.runUntilIdle();
        assertThat(states).containsExactly(Session.SUSPENDED, Session.CONNECTED);
        assertThat(world.metadata().node("/e")).isNotNull();

        world.network().cut(SimWorld.METADATA, "n1");
        world.runFor(Duration.ofSeconds(11));
        assertThat(world.metadata().node("/e")).isNull();
        world.network().heal(SimWorld.METADATA, "n1");
        world.runUntilIdle();
        assertThat(states).endsWith(Session.SUSPENDED, Session.RENEWED);
    }

    @Test
    void aDeadNodesEphemeralsVanishAfterTheTimeoutOnly() {
        await(store.create("/e", new byte[0], Mode.EPHEMERAL, loop()));

        node.kill();
        world.runFor(Duration.ofSeconds(9));
        assertThat(world.metadata().node("/e")).isNotNull();

        world.runFor(Duration.ofSeconds(2));
        assertThat(world.metadata().node("/e")).isNull();
    }

    @Test
    void aPlainReadMayBeStaleButNeverGoesBack() {
        world.faults().metaStaleRead = 800_000;
        await(store.create("/a", new byte[0], Mode.PERSISTENT, loop()));
        int last = 0;
        int stale = 0;

        for (int i = 0; i < 300; i++) {
            await(otherStore.cas("/a", new byte[] {1}, i, loop()));
            int version = await(store.get("/a", loop())).version();
            assertThat(version).isBetween(last, i + 1);
            last = version;
            stale += version < i + 1 ? 1 : 0;
            assertThat(await(otherStore.getLinearizable("/a", loop())).version())
                    .isEqualTo(i + 1);
        }

        assertThat(stale).isPositive();
    }

    @Test
    void aWatchThatWasMissedDuringACutIsMadeUpFor() {
        List<String> told = new ArrayList<>();
        await(store.create("/a", new byte[0], Mode.PERSISTENT, loop()));
        store.watch("/a", () -> told.add("told"), loop());
        world.network().cut(SimWorld.METADATA, "n1");

        await(otherStore.cas("/a", new byte[] {1}, 0, other.loop("loop-0")));
        world.runFor(Duration.ofSeconds(1));
        assertThat(told).isEmpty();
        world.network().heal(SimWorld.METADATA, "n1");
        world.runUntilIdle();

        assertThat(told).isNotEmpty();
    }

    private void ambiguous(String path) {
        assertThatThrownBy(() -> await(store.create(path, new byte[0], Mode.PERSISTENT, loop())))
                .isInstanceOfSatisfying(
                        MetaException.class, lost -> assertThat(lost.kind()).isEqualTo(Kind.AMBIGUOUS));
    }
}
