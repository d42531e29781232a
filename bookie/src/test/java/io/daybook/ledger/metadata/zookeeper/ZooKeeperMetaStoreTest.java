package io.daybook.ledger.metadata.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Awaiting;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStoreContract;
import io.daybook.base.time.SystemClock;
import io.daybook.bookie.embedded.EmbeddedZooKeeper;
import io.daybook.ledger.metadata.MetadataUri;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ZooKeeperMetaStoreTest extends MetaStoreContract {
    private static final Duration SESSION = Duration.ofSeconds(4);

    @TempDir
    static Path directory;

    private static EmbeddedZooKeeper server;
    private static ThreadLoop loop;
    private static int tests;

    private ZooKeeperMetaStore store;
    private ZooKeeperMetaStore other;

    @BeforeAll
    static void startServer() {
        server = EmbeddedZooKeeper.start(directory, 0);
        loop = ThreadLoop.start("db-test", SystemClock.INSTANCE);
    }

    @AfterAll
    static void stopServer() {
        server.close();
        loop.close();
    }

    @BeforeEach
    void connect() {
        tests++;
        store = Awaiting.real(ZooKeeperMetaStore.open(server.uri(), SESSION, loop));
        other = Awaiting.real(ZooKeeperMetaStore.open(server.uri(), SESSION, loop));
    }

    @AfterEach
    void disconnect() {
        store.close();
        other.close();
    }

    @Override
    protected MetaStore store() {
        return store;
    }

    @Override
    protected MetaStore otherStore() {
        return other;
    }

    @Override
    protected Loop loop() {
        return loop;
    }

    @Override
    protected String root() {
        return "/test-" + tests;
    }

    /** The way ZooKeeper's documents name: a second connection of the same session, closed. */
    @Override
    protected void expireSession() {
        try {
            ZooKeeper own = store.connection();
            CompletableFuture<Void> connected = new CompletableFuture<>();
            ZooKeeper twin = new ZooKeeper(
                    server.address().toString(),
                    (int) SESSION.toMillis(),
                    event -> connected.complete(null),
                    own.getSessionId(),
                    own.getSessionPasswd());
            Awaiting.real(connected);
            twin.close();
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }

    @Override
    protected <T> T await(CompletionStage<T> stage) {
        return Awaiting.real(stage);
    }

    @Test
    void saysWhichAddressDidNotAnswer(@TempDir Path elsewhere) {
        HostPort silent;
        try (EmbeddedZooKeeper gone = EmbeddedZooKeeper.start(elsewhere, 0)) {
            silent = gone.address();
        }
        MetadataUri uri = new MetadataUri(List.of(silent), null, "/ledgers");

        assertThatThrownBy(() -> await(ZooKeeperMetaStore.open(uri, SESSION, Duration.ofMillis(300), loop)))
                .isInstanceOfSatisfying(
                        MetaException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE))
                .hasMessageContaining(silent.toString())
                .hasMessageContaining("./daybook");
    }

    @Test
    void refusesWhatZooKeeperWouldDropTheConnectionFor() {
        assertThatThrownBy(() -> await(store.create("/big", new byte[1 << 20], MetaStore.Mode.PERSISTENT, loop)))
                .isInstanceOfSatisfying(
                        MetaException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(Kind.REFUSED))
                .hasMessageContaining("1048576 bytes");
    }

    @Test
    void refusesPathsThatAreNone() {
        assertThatThrownBy(() -> await(store.get("no-slash", loop)))
                .isInstanceOfSatisfying(
                        MetaException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(Kind.REFUSED));
    }

    @Test
    void waitsThroughAnOutageThenSaysThatNobodyAnswers(@TempDir Path elsewhere) {
        EmbeddedZooKeeper first = EmbeddedZooKeeper.start(elsewhere, 0);
        int port = first.address().port();
        try (ZooKeeperMetaStore client = Awaiting.real(ZooKeeperMetaStore.open(first.uri(), SESSION, loop))) {
            await(client.ensure("/a/b", loop));
            CompletableFuture<Void> suspended = new CompletableFuture<>();
            client.watchSession(
                    state -> {
                        if (state == MetaStore.Session.SUSPENDED) {
                            suspended.complete(null);
                        }
                    },
                    loop);
            CompletableFuture<Void> changed = new CompletableFuture<>();
            client.watch("/a", () -> changed.complete(null), loop);

            first.close();
            await(suspended);
            CompletionStage<List<String>> whileDown = client.children("/a", loop);
            CompletionStage<Void> written = client.delete("/a/b", MetaStore.ANY_VERSION, loop);
            try (EmbeddedZooKeeper second = EmbeddedZooKeeper.start(elsewhere, port)) {
                assertThat(await(whileDown)).containsExactly("b");
                await(written); // it had not been sent, so waiting was safe
                await(changed); // once connected, or for the deletion
            }

            assertThatThrownBy(() -> await(client.get("/a", loop)))
                    .isInstanceOfSatisfying(
                            MetaException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE))
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }
}
