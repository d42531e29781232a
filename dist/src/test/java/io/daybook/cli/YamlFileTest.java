package io.daybook.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.ConfigTree;
import io.daybook.bookie.server.BookieConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class YamlFileTest {

    @TempDir
    private Path directory;

    @Test
    void handsValuesToTheirSections() throws IOException {
        ConfigTree tree = tree("memory: 256MiB\nbookie:\n  port: 4000\n  journal:\n    group-size-max: 256KiB\n");

        BookieConfig config = BookieConfig.from(tree);

        tree.check();
        assertThat(config.memory()).hasToString("256MiB");
        assertThat(config.bind().port()).isEqualTo(4000);
        assertThat(config.journal().groupSizeMax()).hasToString("256KiB");
    }

    @Test
    void namesFileAndLineOfEveryProblemAtOnce() throws IOException {
        ConfigTree tree = tree("memory: 12 bananas\nbookie:\n  prot: 4000\n");

        BookieConfig.from(tree);

        assertThat(tree.problems())
                .hasSize(2)
                .anySatisfy(
                        problem -> assertThat(problem).contains("bookie.yaml:1").contains("memory"))
                .anySatisfy(problem -> assertThat(problem)
                        .contains("bookie.yaml:3")
                        .contains("bookie.prot")
                        .contains("bookie.port"));
    }

    @Test
    void letsFlagsWinOverTheFile() throws IOException {
        ConfigTree tree = YamlFile.tree(file("memory: 256MiB\n"), Map.of("memory", "128MiB"));

        assertThat(BookieConfig.from(tree).memory()).hasToString("128MiB");
    }

    @Test
    void refusesWhatIsNoConfigurationFile() throws IOException {
        Path list = file("- a\n- b\n");
        Path broken = Files.writeString(directory.resolve("broken.yaml"), "a: [1, 2\nb: 3\n");
        Path twice = Files.writeString(directory.resolve("twice.yaml"), "memory: 64MiB\nmemory: 65MiB\n");
        Path missing = directory.resolve("missing.yaml");

        assertThatThrownBy(() -> YamlFile.tree(list, Map.of()))
                .hasMessageContaining("bookie.yaml:1")
                .hasMessageContaining("keys with values");
        assertThatThrownBy(() -> YamlFile.tree(broken, Map.of()))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("not readable as YAML");
        assertThatThrownBy(() -> YamlFile.tree(twice, Map.of())).hasMessageContaining("twice.yaml:2");
        assertThatThrownBy(() -> YamlFile.tree(missing, Map.of()))
                .hasMessageContaining("there is no configuration file");
    }

    private ConfigTree tree(String text) throws IOException {
        return YamlFile.tree(file(text), Map.of());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("bookie.yaml"), text);
    }
}
