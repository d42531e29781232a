package io.daybook.bookie.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.client.LedgerClients;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Deferred sync, force and chosen ids on our bookies, over sockets. */
@Timeout(120)
final class DeferredSyncTest {
    private EmbeddedBookies cluster;
    private LedgerClient client;

    @BeforeEach
    void start() throws Exception {
        cluster = EmbeddedBookies.start(4);
        client = get(LedgerClients.connect(cluster.uri().toString()));
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
    }

    @Test
    void aBookieThatCrashesBetweenTheAnswersAndTheForceIsReplacedAndNothingForcedIsLost() throws Exception {
        LedgerWriter writer =
                get(client.create(LedgerOptions.DEFAULT.withDeferredSync(true).withExplicitIds(true)));
        append(writer, 0, 200);
        assertThat(writer.lastAddAccepted()).isEqualTo(199);
        assertThat(writer.lastAddConfirmed()).isEqualTo(-1);
        assertThat(get(writer.force())).isEqualTo(199);
        append(writer, 200, 300);
        BookieId victim = writer.metadata().lastFragment().bookies().get(0);
        cluster.crash(cluster.numberOf(victim));
        cluster.restart(cluster.numberOf(victim)); // back before anybody asks it to sync (X23)

        assertThat(get(writer.force())).isEqualTo(299);
        assertThat(writer.lastAddConfirmed()).isEqualTo(299);
        append(writer, 300, 310);
        assertThat(get(writer.close()).lastEntry()).isEqualTo(309);
        assertThat(writer.metadata().lastFragment().bookies()).doesNotContain(victim);
        assertThat(writer.metadata().lastFragment().firstEntry()).isEqualTo(200);

        LedgerReader reader = get(client.open(writer.ledger(), OpenOptions.DEFAULT));
        try (LedgerEntries entries = get(reader.read(0, 309))) {
            int i = 0;
            for (LedgerEntry entry : entries) {
                assertThat(new String(entry.bytes(), StandardCharsets.UTF_8)).isEqualTo("entry " + i++);
            }
            assertThat(i).isEqualTo(310);
        }
        reader.close();
    }

    /** In pairs, each the wrong way round. */
    private static void append(LedgerWriter writer, int from, int to) throws Exception {
        List<CompletableFuture<Long>> appends = new ArrayList<>();
        for (int i = from; i < to; i++) {
            int id = i ^ 1;
            appends.add(writer.append(id, Unpooled.copiedBuffer("entry " + id, StandardCharsets.UTF_8)));
        }
        for (CompletableFuture<Long> append : appends) {
            get(append);
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }
}
