package io.daybook.ledger.client;

import static io.daybook.ledger.client.ClientWorld.payload;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.ConfigTree;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.RepairHint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One bookie is a hundred times slower than the others, and the writer goes on at their pace within its budget. */
final class SlowBookieTest {
    private static final int ENTRIES = 2000;
    private static final int BUDGET = 64 << 10;
    private static final int BURST = 16;
    private static final int ENTRY = 1000;

    /** Appends in bursts; returns the most bytes that were open at {@code slow}. */
    private static long load(ClientWorld cluster, LedgerWriter writer, BookieId slow) {
        long most = 0;
        for (int i = 0; i < ENTRIES; i += BURST) {
            var last = writer.append(payload("x".repeat(ENTRY)));
            for (int k = 1; k < BURST; k++) {
                last = writer.append(payload("x".repeat(ENTRY)));
            }
            cluster.world.await(last);
            most = Math.max(most, cluster.bookies.fake(slow).openBytes);
        }
        return most;
    }

    private static LedgerClient client(ClientWorld cluster) {
        ConfigTree tree = ConfigTree.builder("f")
                .value("client.bookie-budget", "64KiB", 1)
                .build();
        return cluster.client("c", ClientConfig.from(tree.section("client")));
    }

    private static List<RepairHint> missing(ClientWorld cluster, LedgerWriter writer, LedgerMetadata closed) {
        List<RepairHint> missing = new ArrayList<>();
        for (long entry = 0; entry <= closed.lastEntry(); entry++) {
            Fragment fragment = closed.fragmentOf(entry);
            for (int slot = 0; slot < fragment.bookies().size(); slot++) {
                BookieId bookie = fragment.bookies().get(slot);
                if (!cluster.bookies
                        .fake(bookie)
                        .ledger(writer.ledger().value())
                        .entries
                        .containsKey(entry)) {
                    missing.add(new RepairHint(fragment.firstEntry(), slot, bookie, entry, entry));
                }
            }
        }
        return missing;
    }

    @Test
    void theLaggardIsReplacedAndEveryEntryGetsAllItsCopies() {
        ClientWorld cluster = new ClientWorld(3, 4);
        LedgerClient client = client(cluster);
        LedgerWriter writer = cluster.world.await(client.create(LedgerOptions.DEFAULT));
        BookieId slow = writer.metadata().lastFragment().bookies().get(1);
        cluster.bookies.fake(slow).latencyNanos *= 100;

        long most = load(cluster, writer, slow);
        LedgerMetadata closed = cluster.world.await(writer.close());
        cluster.world.runFor(Duration.ofSeconds(1));

        assertThat(closed.fragments()).hasSize(2);
        assertThat(closed.lastFragment().bookies()).doesNotContain(slow);
        assertThat(most).isLessThan(BUDGET * 5 / 4 + BURST * (ENTRY + 64));
        assertThat(missing(cluster, writer, closed)).isEmpty();
        assertThat(cluster.world.await(client.repairHints(writer.ledger()))).isEmpty();
        client.close();
    }

    @Test
    void whereNobodyCanStepInEveryMissingCopyIsAHint() {
        ClientWorld cluster = new ClientWorld(4, 3);
        LedgerClient client = client(cluster);
        LedgerWriter writer = cluster.world.await(client.create(LedgerOptions.DEFAULT));
        BookieId slow = writer.metadata().lastFragment().bookies().get(1);
        cluster.bookies.fake(slow).latencyNanos *= 100;

        long most = load(cluster, writer, slow);
        LedgerMetadata closed = cluster.world.await(writer.close());
        cluster.world.runFor(Duration.ofSeconds(1));

        assertThat(closed.lastEntry()).isEqualTo(ENTRIES - 1);
        assertThat(most).isLessThan(BUDGET * 5 / 4 + BURST * (ENTRY + 64));
        List<RepairHint> missing = missing(cluster, writer, closed);
        long first = missing.get(0).firstEntry();
        assertThat(missing).hasSize(ENTRIES - (int) first);
        assertThat(cluster.world.await(client.repairHints(writer.ledger())))
                .containsExactly(new RepairHint(0, 1, slow, first, ENTRIES - 1));
        client.close();
    }
}
