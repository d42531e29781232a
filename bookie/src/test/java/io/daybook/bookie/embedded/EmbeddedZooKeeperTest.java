package io.daybook.bookie.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.time.SystemClock;
import io.daybook.bookie.BookieException;
import io.daybook.ledger.metadata.zookeeper.ZooKeeperMetaStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class EmbeddedZooKeeperTest {

    @TempDir
    Path directory;

    @Test
    void remembersAcrossARestartOnTheSamePort() throws Exception {
        int port;
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(directory, 0);
                ThreadLoop loop = ThreadLoop.start("db-test", SystemClock.INSTANCE);
                MetaStore store = open(server, loop)) {
            port = server.address().port();
            store.create("/kept", "x".getBytes(StandardCharsets.UTF_8), MetaStore.Mode.PERSISTENT, loop)
                    .get(10, TimeUnit.SECONDS);
        }

        try (EmbeddedZooKeeper again = EmbeddedZooKeeper.start(directory, port);
                ThreadLoop loop = ThreadLoop.start("db-test", SystemClock.INSTANCE);
                MetaStore store = open(again, loop)) {
            assertThat(again.address().port()).isEqualTo(port);
            assertThat(store.get("/kept", loop).get(10, TimeUnit.SECONDS).data())
                    .containsExactly('x');
        }
    }

    @Test
    void saysThatItsPortIsInUse(@TempDir Path other) {
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(directory, 0)) {
            int port = server.address().port();

            assertThatThrownBy(() -> EmbeddedZooKeeper.start(other, port))
                    .isInstanceOf(BookieException.Refused.class)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("in use");
        }
    }

    private static ZooKeeperMetaStore open(EmbeddedZooKeeper server, ThreadLoop loop) throws Exception {
        return ZooKeeperMetaStore.open(server.uri(), Duration.ofSeconds(10), loop)
                .get(20, TimeUnit.SECONDS);
    }
}
