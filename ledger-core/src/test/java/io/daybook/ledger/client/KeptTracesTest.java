package io.daybook.ledger.client;

import static io.daybook.ledger.client.ClientWorld.payload;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Decisions can be read by others than those who took them. */
final class KeptTracesTest {
    private final ClientWorld cluster = new ClientWorld(8, 4);
    private final LedgerClient client = cluster.client("c");
    private final LedgerClient other = cluster.client("other");
    private final LedgerWriter writer = await(client.create(LedgerOptions.DEFAULT));

    @AfterEach
    void endWhatIsOpen() {
        client.close();
        other.close();
        cluster.world.runFor(Duration.ofMinutes(1));
    }

    private <T> T await(CompletableFuture<T> future) {
        return cluster.world.await(future);
    }

    private List<String> decisions() {
        cluster.world.runFor(Duration.ofSeconds(1)); // they follow the outcome
        return await(other.decisions(writer.ledger()));
    }

    @Test
    void aPlainCloseLeavesNone() {
        await(writer.append(payload("a")));
        await(writer.close());

        assertThat(decisions()).isEmpty();
    }

    @Test
    void aWriterThatChangedItsBookiesTells() {
        await(writer.append(payload("a")));
        cluster.kill(writer.metadata().lastFragment().bookies().get(0).value());
        await(writer.append(payload("b")));
        cluster.world.runFor(Duration.ofSeconds(20));
        await(writer.close());

        assertThat(decisions())
                .anySatisfy(line -> assertThat(line).matches("\\d{4}-.*Z writer"))
                .anySatisfy(line -> assertThat(line).startsWith("  change from entry"))
                .anySatisfy(line -> assertThat(line).isEqualTo("  closed at entry 1, 2 bytes"));
    }

    @Test
    void whatRecoveriesAndTheFencedWriterDecidedStandsTogether() {
        await(writer.append(payload("a")));
        await(client.openAndRecover(writer.ledger(), OpenOptions.DEFAULT)).close();
        var refused = writer.append(payload("b"));
        cluster.world.runFor(Duration.ofSeconds(1));
        assertThat(refused).isCompletedExceptionally();

        assertThat(decisions().stream().filter(line -> !line.startsWith(" ")))
                .satisfiesExactly(
                        line -> assertThat(line).endsWith(" recovery"),
                        line -> assertThat(line).endsWith(" writer"));
        assertThat(decisions()).contains("  closed at entry 0, 1 bytes");
    }

    @Test
    void aDeletedLedgerLeavesNothing() {
        await(writer.append(payload("a")));
        await(client.openAndRecover(writer.ledger(), OpenOptions.DEFAULT)).close();
        assertThat(decisions()).isNotEmpty();

        await(client.delete(writer.ledger(), OpenOptions.DEFAULT));

        assertThat(decisions()).isEmpty();
    }

    @Test
    void theOldestLinesGiveWay() {
        byte[] kept = new byte[0];
        for (int i = 0; i < 10; i++) {
            kept = KeptTraces.merged(kept, Collections.nCopies(10, "  decision of round " + i));
        }
        assertThat(new String(kept, StandardCharsets.UTF_8).lines())
                .hasSize(KeptTraces.LINES_MAX)
                .endsWith("  decision of round 9")
                .doesNotContain("  decision of round 2");

        byte[] long1 = KeptTraces.merged(kept, Collections.nCopies(60, "x".repeat(500)));

        assertThat(long1.length).isBetween(KeptTraces.BYTES_MAX - 501, KeptTraces.BYTES_MAX);
    }
}
