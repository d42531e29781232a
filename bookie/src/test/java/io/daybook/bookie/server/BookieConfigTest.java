package io.daybook.bookie.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.ConfigTree;
import io.daybook.base.config.DataSize;
import io.daybook.base.seam.HostPort;
import io.daybook.ledger.BookieId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BookieConfigTest {
    private static ConfigTree tree(Map<String, String> values) {
        ConfigTree.Builder builder = ConfigTree.builder("bookie.yaml");
        int line = 1;
        for (Map.Entry<String, String> value : new TreeMap<>(values).entrySet()) {
            builder.value(value.getKey(), value.getValue(), line++);
        }
        return builder.build();
    }

    @Test
    void hasDefaultsForEverything() {
        ConfigTree tree = tree(Map.of());

        BookieConfig config = BookieConfig.from(tree);

        assertThat(tree.problems()).isEmpty();
        assertThat(config.bind()).isEqualTo(new HostPort("127.0.0.1", 3181));
        assertThat(config.advertised()).isEqualTo("127.0.0.1");
        assertThat(config.id()).isNull();
        assertThat(config.frameSizeMax()).isEqualTo(DataSize.mebibytes(5));
        assertThat(config.firstTouchCheck()).isTrue();
        assertThat(config.readOnly()).isFalse();
        assertThat(config.labels().isEmpty()).isTrue();
        assertThat(config.memory()).isEqualTo(DataSize.mebibytes(256));
        assertThat(config.sessionTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.journal().directory()).isEqualTo(Path.of("daybook-data/journal"));
        assertThat(config.storage().directories()).containsExactly(Path.of("daybook-data/data"));
        assertThat(config.metadata().root()).isEqualTo("/ledgers");
    }

    @Test
    void takesEveryKey() {
        ConfigTree tree = tree(Map.ofEntries(
                Map.entry("memory", "1GiB"),
                Map.entry("bookie.folder", "/d"),
                Map.entry("bookie.bind", "10.0.0.7"),
                Map.entry("bookie.port", "4000"),
                Map.entry("bookie.advertised", "b7.example"),
                Map.entry("bookie.id", "b7"),
                Map.entry("bookie.frame-size-max", "1MiB"),
                Map.entry("bookie.first-touch-check", "false"),
                Map.entry("bookie.read-only", "true"),
                Map.entry("bookie.loops", "3"),
                Map.entry("bookie.labels", "zone=a, rack=r1"),
                Map.entry("bookie.journal.directory", "/j"),
                Map.entry("metadata.uri", "zk+longhierarchical://z1:2181/other"),
                Map.entry("metadata.session-timeout", "20s")));

        BookieConfig config = BookieConfig.from(tree);

        assertThat(tree.problems()).isEmpty();
        assertThat(config.memory()).isEqualTo(DataSize.gibibytes(1));
        assertThat(config.bind()).isEqualTo(new HostPort("10.0.0.7", 4000));
        assertThat(config.advertised()).isEqualTo("b7.example");
        assertThat(config.id()).isEqualTo(new BookieId("b7"));
        assertThat(config.frameSizeMax()).isEqualTo(DataSize.mebibytes(1));
        assertThat(config.firstTouchCheck()).isFalse();
        assertThat(config.readOnly()).isTrue();
        assertThat(config.loops()).isEqualTo(3);
        assertThat(config.labels()).hasToString("rack=r1,zone=a");
        assertThat(config.withHost("h")
                        .withSessionTimeout(Duration.ofSeconds(3))
                        .labels())
                .isEqualTo(config.labels());
        assertThat(config.journal().directory()).isEqualTo(Path.of("/j"));
        assertThat(config.storage().directories()).containsExactly(Path.of("/d/data"));
        assertThat(config.metadata().root()).isEqualTo("/other");
        assertThat(config.sessionTimeout()).isEqualTo(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @CsvSource({
        "memory, 1MiB",
        "bookie.port, 70000",
        "bookie.id, a/b",
        "bookie.frame-size-max, 1KiB",
        "bookie.loops, 0",
        "bookie.labels, Zone=a",
        "bookie.labels, rack=",
        "bookie.labels, weight=many",
        "metadata.uri, http://x",
        "metadata.session-timeout, 1ms",
    })
    void refusesWhatIsOutOfBounds(String key, String value) {
        ConfigTree tree = tree(Map.of(key, value));

        BookieConfig.from(tree);

        assertThat(tree.problems()).singleElement().asString().contains(key.substring(key.lastIndexOf('.') + 1));
    }

    @Test
    void requestsNeverHoldMoreThanTheJournalQueues() {
        BookieConfig config =
                BookieConfig.from(tree(Map.of("memory", "64GiB", "bookie.journal.queue-size-max", "32MiB")));

        assertThat(config.limits().totalBytes()).isEqualTo(DataSize.mebibytes(32));
    }
}
