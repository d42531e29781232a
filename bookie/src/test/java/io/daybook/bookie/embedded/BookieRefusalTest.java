package io.daybook.bookie.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.DataSize;
import io.daybook.base.seam.JvmHost;
import io.daybook.base.seam.SecureEntropy;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.server.BookieConfig;
import io.daybook.bookie.server.BookieProcess;
import io.daybook.ledger.metadata.MetadataUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a bookie says when it must not start, and that it leaves nothing behind. */
final class BookieRefusalTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static EmbeddedBookies cluster;

    @BeforeAll
    static void start() {
        cluster = EmbeddedBookies.start(EmbeddedBookies.Options.of(1).in(shared));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    void aPortThatIsInUse() {
        int port = cluster.address(0).port();

        assertThatThrownBy(() -> start(folder.resolve("b"), cluster.uri(), port))
                .hasCauseInstanceOf(BookieException.Refused.class)
                .hasMessageContaining("127.0.0.1:" + port);
        assertThat(folder.resolve("b")).doesNotExist();
    }

    @Test
    void aDirectoryThatAnotherBookieUses() {
        assertThatThrownBy(() -> start(shared.resolve("bookie-0"), cluster.uri(), 0))
                .hasCauseInstanceOf(BookieException.Refused.class)
                .hasMessageContaining("in use by another bookie");
    }

    @Test
    void directoriesOfAnotherBookie() throws Exception {
        BookieProcess first = start(folder.resolve("b"), cluster.uri(), 0);
        first.stop().get(30, TimeUnit.SECONDS);

        assertThatThrownBy(() -> start(folder.resolve("b"), cluster.uri(), 0)) // another port is another bookie
                .hasCauseInstanceOf(BookieException.Refused.class)
                .hasMessageContaining(first.id().toString());
    }

    @Test
    void aDiskThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a directory");

        assertThatThrownBy(() -> start(file, cluster.uri(), 0))
                .hasCauseInstanceOf(BookieException.Refused.class)
                .hasMessageContaining("cannot be used");
    }

    @Test
    void aClusterThatWasNeverInitialised() {
        MetadataUri elsewhere = MetadataUri.parse(cluster.uri().toString().replace("/ledgers", "/elsewhere"));

        assertThatThrownBy(() -> start(folder.resolve("b"), elsewhere, 0))
                .hasCauseInstanceOf(BookieException.Refused.class)
                .hasMessageContaining("cluster init");
        assertThat(folder.resolve("b")).doesNotExist();
    }

    @Test
    void aMetadataStoreThatIsNotThere() {
        MetadataUri nowhere = MetadataUri.parse("zk+hierarchical://127.0.0.1:1/ledgers");
        BookieConfig config = config(folder.resolve("b"), nowhere, 0);

        assertThatThrownBy(() -> begin(config).get(60, TimeUnit.SECONDS))
                .hasCauseInstanceOf(BookieException.Refused.class)
                .hasMessageContaining("127.0.0.1:1");
        assertThat(folder.resolve("b")).doesNotExist();
    }

    @Test
    void moreMemoryThanTheJvmMayUse() {
        BookieConfig config = config(folder.resolve("b"), cluster.uri(), 0).withMemory(DataSize.gibibytes(100_000));

        assertThatThrownBy(() -> begin(config).get(60, TimeUnit.SECONDS))
                .hasCauseInstanceOf(BookieException.Refused.class)
                .hasMessageContaining("MaxDirectMemorySize");
    }

    private static BookieProcess start(Path where, MetadataUri uri, int port) throws Exception {
        return begin(config(where, uri, port)).get(60, TimeUnit.SECONDS);
    }

    private static BookieConfig config(Path where, MetadataUri uri, int port) {
        return BookieConfig.in(where, uri, port)
                .withMemory(DataSize.mebibytes(32))
                .withSessionTimeout(Duration.ofSeconds(2));
    }

    private static CompletableFuture<BookieProcess> begin(BookieConfig config) {
        return BookieProcess.start(config, JvmHost.calling(new SecureEntropy(), status -> {}), "refused");
    }
}
