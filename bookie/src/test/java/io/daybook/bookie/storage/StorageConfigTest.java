package io.daybook.bookie.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.ConfigTree;
import io.daybook.base.config.DataSize;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StorageConfigTest {
    private static final Path HERE = Path.of("/here");
    private static final DataSize WRITE = DataSize.mebibytes(128);
    private static final DataSize READ = DataSize.mebibytes(64);

    private static StorageConfig from(ConfigTree tree) {
        return StorageConfig.from(tree.section("bookie").section("storage"), HERE, WRITE, READ);
    }

    private static ConfigTree tree(String... keysAndValues) {
        ConfigTree.Builder builder = ConfigTree.builder("daybook.yaml");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            builder.flag("bookie.storage." + keysAndValues[i], keysAndValues[i + 1]);
        }
        return builder.build();
    }

    @Test
    void defaults() {
        ConfigTree tree = tree();

        assertThat(from(tree))
                .isEqualTo(new StorageConfig(
                        List.of(HERE),
                        WRITE,
                        READ,
                        DataSize.mebibytes(1),
                        DataSize.mebibytes(64),
                        DataSize.gibibytes(1),
                        Duration.ofSeconds(60)));
        assertThat(tree.problems()).isEmpty();
    }

    @Test
    void mapsEveryKey() {
        ConfigTree tree = tree(
                "directories", "/there",
                "write-cache", "2MiB",
                "read-cache", "3MiB",
                "read-ahead", "256KiB",
                "index-cache", "9MiB",
                "file-size-max", "32MiB",
                "flush-interval", "5s");

        assertThat(from(tree))
                .isEqualTo(new StorageConfig(
                        List.of(Path.of("/there")),
                        DataSize.mebibytes(2),
                        DataSize.mebibytes(3),
                        DataSize.kibibytes(256),
                        DataSize.mebibytes(9),
                        DataSize.mebibytes(32),
                        Duration.ofSeconds(5)));
        assertThat(tree.problems()).isEmpty();
    }

    @Test
    void reportsEachValueOutOfBounds() {
        for (String[] wrong : new String[][] {
            {"write-cache", "1KiB"},
            {"write-cache", "65GiB"},
            {"read-cache", "1KiB"},
            {"read-cache", "65GiB"},
            {"read-ahead", "1KiB"},
            {"read-ahead", "17MiB"},
            {"index-cache", "1MiB"},
            {"index-cache", "17GiB"},
            {"file-size-max", "1KiB"},
            {"file-size-max", "17GiB"},
            {"flush-interval", "1ms"},
            {"flush-interval", "2h"}
        }) {
            ConfigTree tree = tree(wrong);

            assertThat(from(tree)).isNotNull();
            assertThat(tree.problems())
                    .as(String.join("=", wrong))
                    .hasSize(1)
                    .allMatch(each -> each.contains(wrong[0]));
        }
    }

    @Test
    void refusesReadAheadThatDoesNotFit() {
        ConfigTree tree = tree("read-cache", "1MiB", "read-ahead", "2MiB");

        assertThat(from(tree).readAhead()).isEqualTo(DataSize.mebibytes(1));
        assertThat(tree.problems()).hasSize(1).allMatch(each -> each.contains("must fit into read-cache"));
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> new StorageConfig(List.of(), WRITE, READ, READ, READ, READ, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> new StorageConfig(List.of(HERE), WRITE, READ, WRITE, READ, READ, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new StorageConfig(List.of(HERE), WRITE, READ, READ, READ, READ, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
