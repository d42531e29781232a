package io.daybook.bookie.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.ConfigTree;
import io.daybook.base.config.DataSize;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class JournalConfigTest {
    private static final Path HERE = Path.of("/here");

    private static JournalConfig config(DataSize file, DataSize group, DataSize queue) {
        return new JournalConfig(HERE, file, group, queue, true);
    }

    @Test
    void defaults() {
        assertThat(JournalConfig.in(HERE))
                .isEqualTo(config(DataSize.mebibytes(512), DataSize.kibibytes(512), DataSize.mebibytes(64)));
    }

    @Test
    void mapsEveryKey() {
        ConfigTree tree = tree(
                "directory",
                "/there",
                "file-size-max",
                "32MiB",
                "group-size-max",
                "64KiB",
                "queue-size-max",
                "2MiB",
                "direct",
                "false");

        JournalConfig read = JournalConfig.from(tree.section("bookie").section("journal"), HERE);

        assertThat(read)
                .isEqualTo(new JournalConfig(
                        Path.of("/there"),
                        DataSize.mebibytes(32),
                        DataSize.kibibytes(64),
                        DataSize.mebibytes(2),
                        false));
        assertThat(tree.problems()).isEmpty();
    }

    @Test
    void readsDefaultsFromAnEmptySection() {
        ConfigTree tree = tree();

        assertThat(JournalConfig.from(tree.section("bookie").section("journal"), HERE))
                .isEqualTo(JournalConfig.in(HERE));
        assertThat(tree.problems()).isEmpty();
    }

    @Test
    void reportsEachValueOutOfBounds() {
        for (String[] wrong : new String[][] {
            {"file-size-max", "1MiB"},
            {"file-size-max", "9GiB"},
            {"group-size-max", "1KiB"},
            {"group-size-max", "17MiB"},
            {"queue-size-max", "1KiB"},
            {"queue-size-max", "128KiB"},
            {"queue-size-max", "5GiB"},
            {"direct", "perhaps"}
        }) {
            ConfigTree tree = tree(wrong);
            JournalConfig read = JournalConfig.from(tree.section("bookie").section("journal"), HERE);

            assertThat(read).isNotNull();
            assertThat(tree.problems())
                    .as(String.join("=", wrong))
                    .hasSize(1)
                    .allMatch(each -> each.contains(wrong[0]));
        }
    }

    private static ConfigTree tree(String... keysAndValues) {
        var builder = ConfigTree.builder("daybook.yaml");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            builder.flag("bookie.journal." + keysAndValues[i], keysAndValues[i + 1]);
        }
        return builder.build();
    }

    @Test
    void refusesSizesOutOfBounds() {
        DataSize file = DataSize.mebibytes(512);
        DataSize group = DataSize.kibibytes(512);
        DataSize queue = DataSize.mebibytes(64);

        assertThatThrownBy(() -> config(DataSize.kibibytes(63), group, queue))
                .hasMessageContaining("file-size-max is 63KiB");
        assertThatThrownBy(() -> config(DataSize.gibibytes(9), group, queue))
                .hasMessageContaining("file-size-max is 9GiB");
        assertThatThrownBy(() -> config(file, DataSize.kibibytes(3), queue))
                .hasMessageContaining("group-size-max is 3KiB");
        assertThatThrownBy(() -> config(file, DataSize.mebibytes(17), queue))
                .hasMessageContaining("group-size-max is 17MiB");
        assertThatThrownBy(() -> config(file, group, DataSize.kibibytes(511)))
                .hasMessageContaining("queue-size-max is 511KiB but must be at least group-size-max, 512KiB");
    }
}
