package io.daybook.bookie.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.BookieId;
import java.io.IOException;
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
    private static StockProcess client;

    @BeforeAll
    static void start() throws IOException {
        cluster = EmbeddedBookies.start(4);
        String uri = cluster.uri().toString().replace(',', ';');
        client = StockProcess.start(folder, "StockClient", List.of(uri, "" + ENTRIES));
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
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
    void theStockClientDoesAllItsWorkOnOurBookies(String wire, String digest) throws IOException {
        List<String> said = new ArrayList<>();
        int stopped = -1;
        client.say(wire + " " + digest);
        for (String line = client.line(); line != null; line = client.line()) {
            if (line.startsWith("STOP ")) {
                stopped = cluster.numberOf(new BookieId(line.substring(5)));
                cluster.stop(stopped);
                client.say("stopped");
            } else {
                said.add(line);
            }
            if (line.equals("DONE")) {
                break;
            }
        }
        if (stopped >= 0) {
            cluster.restart(stopped);
        }

        List<String> expected =
                new ArrayList<>(List.of("READ " + ENTRIES, "POLLED", "FORCED", "FENCED", "CHANGED", "DELETED", "DONE"));
        if (wire.equals("v2")) {
            expected.removeAll(List.of("POLLED", "FORCED")); // v2 has neither
        }
        assertThat(said).as(client.errors()).isEqualTo(expected);
    }
}
