package io.daybook.bookie.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.BookieId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stock 4.17.3 client, unchanged and in a process of its own, on our bookies. */
@Timeout(180)
final class StockInteropTest {
    private static final int ENTRIES = 10_000;

    @TempDir
    static Path folder;

    private static EmbeddedBookies cluster;

    @BeforeAll
    static void start() {
        cluster = EmbeddedBookies.start(4);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @ParameterizedTest
    @CsvSource({
        "v3, CRC32",
        "v3, MAC",
        "v3, CRC32C",
        "v3, DUMMY",
        "v2, CRC32",
        "v2, MAC",
        "v2, CRC32C",
        "v2, DUMMY",
    })
    void theStockClientDoesAllItsWorkOnOurBookies(String wire, String digest) throws Exception {
        List<String> said = new ArrayList<>();
        String uri = cluster.uri().toString().replace(',', ';');
        try (StockProcess client =
                StockProcess.start(folder, "StockClient", List.of(uri, wire, digest, "" + ENTRIES))) {
            int stopped = -1;
            for (String line = client.line(); line != null; line = client.line()) {
                if (line.startsWith("STOP ")) {
                    stopped = cluster.numberOf(new BookieId(line.substring(5)));
                    cluster.stop(stopped);
                    client.say("stopped");
                } else {
                    said.add(line);
                }
            }
            if (stopped >= 0) {
                cluster.restart(stopped);
            }

            assertThat(client.status()).as(client.errors()).isZero();
        }
        List<String> expected =
                new ArrayList<>(List.of("READ " + ENTRIES, "POLLED", "FENCED", "CHANGED", "DELETED", "DONE"));
        if (wire.equals("v2")) {
            expected.remove("POLLED");
        }
        assertThat(said).isEqualTo(expected);
    }
}
