package io.daybook.base.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ConfigTreeTest {
    private static final DataSize MIN = DataSize.kibibytes(4);
    private static final DataSize MAX = DataSize.mebibytes(64);
    private static final DataSize DEFAULT = DataSize.kibibytes(512);

    /** What a journal would read. */
    private record Journal(
            Path directory, DataSize groupSizeMax, Duration pause, int files, boolean sync, String name) {

        static Journal from(ConfigSection section) {
            return new Journal(
                    section.path("directory"),
                    section.size("group-size-max", DEFAULT, MIN, MAX),
                    section.duration("pause", Duration.ofSeconds(10), Duration.ZERO, Duration.ofHours(1)),
                    section.integer("files", 4, 1, 100),
                    section.bool("sync", true),
                    section.text("name", "journal"));
        }
    }

    private static ConfigTree.Builder file() {
        return ConfigTree.builder("daybook.yaml").section("bookie", 1).section("bookie.journal", 2);
    }

    private static Journal read(ConfigTree tree) {
        return Journal.from(tree.section("bookie").section("journal"));
    }

    @Test
    void takesEveryValueFromTheFile() {
        ConfigTree tree = file().value("bookie.journal.directory", "/data/j", 3)
                .value("bookie.journal.group-size-max", "1MiB", 4)
                .value("bookie.journal.pause", "5ms", 5)
                .value("bookie.journal.files", "7", 6)
                .value("bookie.journal.sync", "false", 7)
                .value("bookie.journal.name", "fast", 8)
                .build();

        Journal journal = read(tree);

        assertThat(journal)
                .isEqualTo(
                        new Journal(Path.of("/data/j"), DataSize.mebibytes(1), Duration.ofMillis(5), 7, false, "fast"));
        tree.check();
    }

    @Test
    void fallsBackToDefaults() {
        ConfigTree tree = file().value("bookie.journal.directory", "/data/j", 3).build();

        assertThat(read(tree))
                .isEqualTo(new Journal(Path.of("/data/j"), DEFAULT, Duration.ofSeconds(10), 4, true, "journal"));
        tree.check();
    }

    @Test
    void aFlagBeatsTheEnvironmentWhichBeatsTheFile() {
        ConfigTree.Builder all = file().value("bookie.journal.directory", "/file", 3)
                .value("bookie.journal.files", "1", 4)
                .value("bookie.journal.group-size-max", "4KiB", 5)
                .environment(Map.of(
                        "DAYBOOK_BOOKIE_JOURNAL_FILES",
                        "2",
                        "DAYBOOK_BOOKIE_JOURNAL_GROUP_SIZE_MAX",
                        "8KiB",
                        "HOME",
                        "/"))
                .flag("bookie.journal.files", "3");
        ConfigTree tree = all.build();

        Journal journal = read(tree);

        assertThat(journal.directory()).isEqualTo(Path.of("/file"));
        assertThat(journal.groupSizeMax()).isEqualTo(DataSize.kibibytes(8));
        assertThat(journal.files()).isEqualTo(3);
        tree.check();
    }

    @Test
    void reportsAllProblemsAtOnceWithFileAndLine() {
        ConfigTree tree = file().value("bookie.journal.group-size-max", "512KB", 4)
                .value("bookie.journal.pause", "2h", 5)
                .value("bookie.journal.files", "many", 6)
                .value("bookie.journal.sync", "yes", 7)
                .value("bookie.journal.group-size-mix", "1MiB", 8)
                .build();

        read(tree);

        assertThatThrownBy(tree::check)
                .isInstanceOfSatisfying(
                        ConfigProblems.class,
                        thrown -> assertThat(thrown.problems())
                                .containsExactly(
                                        "daybook.yaml: 'bookie.journal.directory' is missing; say which directory to use, for example with --set"
                                                + " bookie.journal.directory=DIR",
                                        "daybook.yaml:4: 'bookie.journal.group-size-max': '512KB' is not a size: the unit is one of B, KiB, MiB,"
                                                + " GiB, TiB; did you mean KiB?",
                                        "daybook.yaml:5: 'bookie.journal.pause' is 2h but must be from 0s to 1h",
                                        "daybook.yaml:6: 'bookie.journal.files': 'many' is not a whole number below 2147483648",
                                        "daybook.yaml:7: 'bookie.journal.sync': 'yes' is neither true nor false",
                                        "daybook.yaml:8: unknown key 'bookie.journal.group-size-mix'; did you mean"
                                                + " 'bookie.journal.group-size-max'?"));
    }

    @Test
    void namesTheNearestKeyAlsoInAnotherSection() {
        assertThat(problems(file().value("bookie.jurnal.files", "1", 3)))
                .containsExactly(
                        "daybook.yaml:3: unknown key 'bookie.jurnal.files'; did you mean 'bookie.journal.files'?");
        assertThat(problems(file().value("bookie.files", "1", 3)))
                .containsExactly("daybook.yaml:3: unknown key 'bookie.files'; did you mean 'bookie.journal.files'?");
        assertThat(problems(file().value("zebra", "1", 3))).containsExactly("daybook.yaml:3: unknown key 'zebra'");
        assertThat(problems(file().section("bookie.jornal", 9)))
                .containsExactly("daybook.yaml:9: unknown key 'bookie.jornal'");
    }

    @Test
    void tellsSectionsFromValues() {
        assertThat(problems(ConfigTree.builder("f").value("bookie.journal", "fast", 1)))
                .containsExactly("f:1: 'bookie.journal' is a section with keys of its own and takes no value");
        assertThat(problems(file().section("bookie.journal.files", 3).value("bookie.journal.files.max", "1", 4)))
                .containsExactly(
                        "daybook.yaml:3: 'bookie.journal.files' takes one value, not a section with keys of its own",
                        "daybook.yaml:4: 'bookie.journal.files' takes a value and has no keys below it, such as"
                                + " 'bookie.journal.files.max'");
        assertThat(problems(file().list("bookie.journal.files", List.of("1", "2"), 3)))
                .containsExactly("daybook.yaml:3: 'bookie.journal.files' takes one value, not a list");
    }

    @Test
    void reportsUnknownFlagsAndVariables() {
        assertThat(problems(file().flag("bookie.journal.file", "1")))
                .containsExactly(
                        "--set bookie.journal.file: unknown key 'bookie.journal.file'; did you mean 'bookie.journal.files'?");
        assertThat(problems(file().environment(
                                Map.of("DAYBOOK_BOOKIE_JOURNAL_FILE", "1", "DAYBOOK_METADATA", "x", "DAYBOOKS", "y"))))
                .containsExactly("environment variable DAYBOOK_BOOKIE_JOURNAL_FILE overrides no key; did you mean"
                        + " 'DAYBOOK_BOOKIE_JOURNAL_FILES'?");
    }

    @Test
    void readsLists() {
        List<Path> one = List.of(Path.of("/d"));
        ConfigTree tree = ConfigTree.builder("f")
                .list("a", List.of("/x", "/y"), 1)
                .value("b", "/z", 2)
                .flag("c", "/p, /q")
                .build();

        assertThat(tree.paths("a", one)).containsExactly(Path.of("/x"), Path.of("/y"));
        assertThat(tree.paths("b", one)).containsExactly(Path.of("/z"));
        assertThat(tree.paths("c", one)).containsExactly(Path.of("/p"), Path.of("/q"));
        assertThat(tree.paths("d", one)).isEqualTo(one);
        tree.check();
    }

    @Test
    void reportsWhatOnlyAComparisonShows() {
        ConfigTree tree = ConfigTree.builder("f").value("queue", "1KiB", 7).build();
        tree.size("queue", DEFAULT, DataSize.bytes(0), MAX);

        tree.problem("queue", "it must be at least the group's size, 512KiB");

        assertThatThrownBy(tree::check).hasMessage("f:7: 'queue': it must be at least the group's size, 512KiB");
    }

    @Test
    void listsEverySettingForTheManual() {
        ConfigTree tree = file().value("bookie.journal.directory", "/data/j", 3)
                .flag("bookie.journal.files", "3")
                .build();

        read(tree);

        assertThat(tree.settings())
                .extracting(ConfigSetting::path)
                .containsExactly(
                        "bookie.journal.directory",
                        "bookie.journal.group-size-max",
                        "bookie.journal.pause",
                        "bookie.journal.files",
                        "bookie.journal.sync",
                        "bookie.journal.name");
        assertThat(tree.settings())
                .contains(
                        new ConfigSetting(
                                "bookie.journal.group-size-max",
                                "size",
                                "512KiB",
                                "4KiB",
                                "64MiB",
                                "512KiB",
                                "default"),
                        new ConfigSetting(
                                "bookie.journal.files", "number", "4", "1", "100", "3", "--set bookie.journal.files"),
                        new ConfigSetting(
                                "bookie.journal.directory", "path", null, null, null, "/data/j", "daybook.yaml:3"));
        assertThat(tree.settings().get(1).variable()).isEqualTo("DAYBOOK_BOOKIE_JOURNAL_GROUP_SIZE_MAX");
    }

    @Test
    void refusesEmptyAndImpossiblePaths() {
        ConfigTree tree =
                ConfigTree.builder("f").value("a", " ", 1).value("b", "x\0y", 2).build();

        tree.path("a");
        tree.path("b", Path.of("/d"));

        assertThat(tree.problems()).hasSize(2).allMatch(problem -> problem.contains("path"));
    }

    /** Problems other than that no directory was named. */
    private static List<String> problems(ConfigTree.Builder builder) {
        ConfigTree tree = builder.build();
        read(tree);
        return tree.problems().stream()
                .filter(problem -> !problem.contains("is missing"))
                .toList();
    }
}
