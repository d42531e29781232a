package io.daybook.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.Awaiting;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.client.ClientConfig;
import io.daybook.ledger.protocol.Operation;
import io.netty.util.ResourceLeakDetector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How long a successor waits for a ledger whose writer was killed with all of its window unconfirmed. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class TakeoverTest {
    private static final int ENTRIES = 10_000;
    private static final Duration LIMIT = Duration.ofSeconds(1);
    private static final int WARM_UPS = 5;

    @TempDir
    private Path folder;

    @Test
    void aFullWindowOfUnconfirmedEntriesIsTakenOverWithinASecond() throws Exception {
        var detection = ResourceLeakDetector.getLevel();
        try (RelayedCluster cluster = RelayedCluster.start(folder, 3);
                ClientSession successor = cluster.direct(ClientConfig.DEFAULT)) {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE); // as in production: this is a measurement
            for (int i = 0; i < WARM_UPS; i++) {
                System.out.println(
                        "takeover, warming up: " + takenOver(cluster, successor).toMillis() + " ms");
            }

            Duration taken = takenOver(cluster, successor);

            System.out.println("takeover: " + taken.toMillis() + " ms");
            assertThat(taken).isLessThan(LIMIT);
        } finally {
            ResourceLeakDetector.setLevel(detection);
        }
    }

    /** Has a writer fill its window, kills it, and measures from the call to the reader of the sealed ledger. */
    private Duration takenOver(RelayedCluster cluster, ClientSession successor) throws Exception {
        LedgerId ledger = abandoned(cluster);
        long began = System.nanoTime();
        try (LedgerReader reader = Awaiting.real(successor.client().openAndRecover(ledger, OpenOptions.DEFAULT))) {
            Duration taken = Duration.ofNanos(System.nanoTime() - began);
            assertThat(reader.closed()).isTrue();
            assertThat(reader.lastAddConfirmed()).isEqualTo(ENTRIES - 1);
            assertThat(reader.metadata().lastEntry()).isEqualTo(ENTRIES - 1);
            verify(reader);
            return taken;
        }
    }

    /** A ledger of which every bookie has every entry and no writer knows of one. */
    private LedgerId abandoned(RelayedCluster cluster) throws Exception {
        List<Held> answers = new ArrayList<>();
        for (BookieRelay relay : cluster.relays()) {
            answers.add(relay.hold(Match.answers().of(Operation.ADD)));
        }
        List<String> arguments = new ArrayList<>(List.of(cluster.uri().toString(), "" + ENTRIES));
        arguments.addAll(ClientSession.words(cluster.detours()));
        JvmProcess writer = JvmProcess.start(folder, WriterMain.class, arguments);
        LedgerId ledger = new LedgerId(Long.parseLong(writer.answer("ledger")));
        answers.forEach(held -> held.await(ENTRIES));
        writer.kill();
        answers.forEach(Held::drop);
        return ledger;
    }

    private static void verify(LedgerReader reader) {
        for (long first = 0; first < ENTRIES; first += 1000) {
            try (LedgerEntries read = Awaiting.real(reader.read(first, first + 999))) {
                long expected = first;
                for (LedgerEntry entry : read) {
                    assertThat(entry.entryId()).isEqualTo(expected);
                    assertThat(entry.payload().readableBytes()).isEqualTo(1024);
                    assertThat(Payloads.matches(entry.payload(), expected++)).isTrue();
                }
                assertThat(expected).isEqualTo(first + 1000);
            }
        }
    }
}
