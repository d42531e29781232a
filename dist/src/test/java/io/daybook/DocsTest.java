package io.daybook;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.ConfigSetting;
import io.daybook.base.config.ConfigTree;
import io.daybook.base.config.DataSize;
import io.daybook.bookie.server.BookieConfig;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the pages in docs/ to what the code is: names, numbers, settings, links. */
final class DocsTest {
    private static final Path ROOT = root();

    /** The classes whose names are the map of the data path: docs/walks.md tells what each does. */
    private static final List<String> ON_THE_WAY = List.of(
            "BatchingWriter",
            "RecordBatch",
            "SegmentWriter",
            "LedgerWriter",
            "AppendWindow",
            "BookieConnection",
            "RequestDispatcher",
            "AppendHandler",
            "HostedLedger",
            "Journal",
            "JournalFile",
            "TailingReader",
            "ReadAhead",
            "SegmentCursor",
            "LedgerReader",
            "ReadScheduler",
            "ReadHandler",
            "EntryStore",
            "LedgerClient",
            "LedgerRecovery",
            "LedgerMetadataStore",
            "FenceQuorum",
            "FenceHandler",
            "RecoveryScan",
            "EnsembleChange");

    private static final Pattern QUOTED = Pattern.compile("`((?:[a-z]+\\.)*[A-Z][A-Za-z0-9]*)`");
    private static final Pattern RULE =
            Pattern.compile("(?<![\\w.#/-])(R[1-9][0-9]{0,2}[a-e]?|LS[0-9]+|[IX][1-9][0-9]?)(?!\\w)");
    private static final Pattern LESSON = Pattern.compile("(?<!\\w)(RG-[0-9]+)(?!\\w)");
    private static final Pattern ROW = Pattern.compile("^\\| (\\S+) \\| (.+) \\|$", Pattern.MULTILINE);
    private static final Pattern NAMED_TEST = Pattern.compile("`([A-Z]\\w+)\\.(\\w+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

    // ---- walks

    @Test
    void everyClassOnTheWalksExistsUnderItsName() throws IOException {
        Map<String, TreeSet<String>> classes = mainClasses();
        List<String> missing = new ArrayList<>();

        for (String name : quoted(page("walks.md"))) {
            int dot = name.lastIndexOf('.');
            TreeSet<String> packages = classes.getOrDefault(name.substring(dot + 1), new TreeSet<>());
            if (dot < 0 ? packages.isEmpty() : !packages.contains("io.daybook." + name.substring(0, dot))) {
                missing.add(name);
            }
        }

        assertThat(missing).as("named in docs/walks.md, but in no main source").isEmpty();
    }

    @Test
    void theWalksNameEveryClassOfTheDataPathWithItsPackage() throws IOException {
        TreeSet<String> named = new TreeSet<>();
        for (String name : quoted(page("walks.md"))) {
            if (name.indexOf('.') > 0) {
                named.add(name.substring(name.lastIndexOf('.') + 1));
            }
        }

        assertThat(named).containsAll(ON_THE_WAY);
    }

    // ---- numbers

    @Test
    void everyRuleThatIsCitedHasASentence() throws IOException {
        assertThat(citedWithoutSentence(RULE, "protocol.md"))
                .as("cited in the sources, without a row in docs/protocol.md")
                .isEmpty();
    }

    @Test
    void everyLessonThatIsCitedHasASentence() throws IOException {
        assertThat(citedWithoutSentence(LESSON, "lessons.md"))
                .as("cited in the sources, without a row in docs/lessons.md")
                .isEmpty();
    }

    /** The build plays these incidents, each with the product and with what must make the story fail. */
    @Test
    void everyLessonOfTheReplicationProtocolIsANamedTestWithAMistakeThatBreaksIt() throws IOException {
        Pattern row = Pattern.compile("^\\| (RG-[0-9]+) \\| (`[^|]+`) \\| (\\S[^|]+) \\|$", Pattern.MULTILINE);
        Map<String, String> sources = testSources();
        List<String> played = new ArrayList<>();
        List<String> wrong = new ArrayList<>();

        Matcher lesson = row.matcher(page("lessons.md"));
        while (lesson.find()) {
            played.add(lesson.group(1));
            String named = "rg" + lesson.group(1).substring(3);
            Matcher test = NAMED_TEST.matcher(lesson.group(2));
            int tests = 0;
            while (test.find()) {
                tests++;
                if (!test.group(2).startsWith(named) || !has(sources, test)) {
                    wrong.add(lesson.group(1) + ": " + test.group());
                }
            }
            if (tests == 0) {
                wrong.add(lesson.group(1) + " names no test");
            }
        }

        assertThat(played)
                .containsExactlyElementsOf(Stream.concat(
                                IntStream.rangeClosed(1, 23).boxed(),
                                IntStream.rangeClosed(30, 35).boxed())
                        .map("RG-%02d"::formatted)
                        .toList());
        assertThat(wrong).as("named in docs/lessons.md").isEmpty();
    }

    // ---- settings

    @Test
    void thePageOfSettingsSaysWhatTheRecordsSay() throws IOException {
        String page = page("configuration.md");
        ConfigTree tree = ConfigTree.builder("no file").build();
        BookieConfig.from(tree);
        Map<String, String> costs = costs(page);

        StringBuilder expected = new StringBuilder();
        for (ConfigSetting setting : tree.settings()) {
            expected.append("| `%s` | %s | %s | %s |\n"
                    .formatted(
                            setting.path(),
                            byDefault(setting),
                            bounds(setting),
                            costs.getOrDefault(setting.path(), "more: … | less: …")));
        }

        String actual = page.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        assertThat(actual)
                .as("the rows of docs/configuration.md; they should be%n%s", expected)
                .isEqualTo(expected.toString());
        assertThat(costs.values()).allSatisfy(cost -> assertThat(cost).doesNotContain("…"));
    }

    /** The default in words; what depends on other settings or on the machine is told as a rule, which is checked here. */
    private static String byDefault(ConfigSetting setting) {
        String text = Objects.requireNonNullElse(setting.byDefault(), "none: choose one");
        return switch (setting.path()) {
            case "bookie.loops" -> "half the processors, 1 to 16";
            case "bookie.storage.write-cache" -> ofMemory(40, text);
            case "bookie.storage.read-cache" -> ofMemory(15, text);
            default -> text.isEmpty() ? "empty" : text;
        };
    }

    private static String ofMemory(int percent, String text) {
        assertThat(DataSize.parse(text).bytes())
                .isEqualTo(DataSize.mebibytes(256).bytes() / 100 * percent);
        return percent + " % of `memory`";
    }

    private static String bounds(ConfigSetting setting) {
        return setting.min() == null && setting.max() == null ? setting.kind() : setting.min() + " to " + setting.max();
    }

    /** Per key, the last two columns of its row: what more costs, and what less costs. */
    private static Map<String, String> costs(String page) {
        Map<String, String> costs = new LinkedHashMap<>();
        page.lines().filter(line -> line.startsWith("| `")).forEach(line -> {
            String[] cells = line.split(" \\| ");
            assertThat(cells).as(line).hasSize(5);
            costs.put(
                    cells[0].substring(3, cells[0].length() - 1),
                    cells[3] + " | " + cells[4].substring(0, cells[4].length() - 2));
        });
        return costs;
    }

    // ---- pages

    @Test
    void linksBetweenPagesLeadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                String target = link.group(1);
                if (!target.contains("://") && !Files.exists(page.resolveSibling(target))) {
                    broken.add(ROOT.relativize(page) + " -> " + target);
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void decisionsAreNumberedWithoutGapOrClash() throws IOException {
        List<String> numbers;
        try (Stream<Path> files = Files.list(ROOT.resolve("docs/decisions"))) {
            numbers = files.map(file -> file.getFileName().toString().substring(0, 4))
                    .sorted()
                    .toList();
        }

        for (int i = 0; i < numbers.size(); i++) {
            assertThat(numbers.get(i)).isEqualTo("%04d".formatted(i + 1));
        }
    }

    /** Each line of the track record names the test that fails without the fix, as {@code Class.method}. */
    @Test
    void theTestsOfTheTrackRecordExist() throws IOException {
        Map<String, String> sources = testSources();
        List<String> missing = new ArrayList<>();
        int found = 0;

        Matcher named = NAMED_TEST.matcher(page("track-record.md"));
        while (named.find()) {
            found++;
            if (!has(sources, named)) {
                missing.add(named.group());
            }
        }

        assertThat(missing).isEmpty();
        assertThat(found).isPositive();
    }

    // ---- where things are

    /** Simple name of each test class to its source. */
    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (Path file : sources("src/test/java")) {
            sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
        }
        return sources;
    }

    /** Whether the class of a match of {@link #NAMED_TEST} has its method. */
    private static boolean has(Map<String, String> sources, Matcher named) {
        String source = sources.getOrDefault(named.group(1), "");
        return Pattern.compile("\\b" + named.group(2) + "\\(").matcher(source).find();
    }

    private static List<String> quoted(String page) {
        List<String> names = new ArrayList<>();
        Matcher name = QUOTED.matcher(page);
        while (name.find()) {
            names.add(name.group(1));
        }
        assertThat(names).isNotEmpty();
        return names;
    }

    /** Numbers found in the sources but in no row of the page, each with a file that cites it. */
    private static Map<String, String> citedWithoutSentence(Pattern number, String page) throws IOException {
        TreeSet<String> explained = new TreeSet<>();
        Matcher row = ROW.matcher(page(page));
        while (row.find()) {
            if (!NAMED_TEST.matcher(row.group(2)).lookingAt()) { // a row of tests is no sentence
                explained.add(row.group(1));
            }
        }
        Map<String, String> missing = new TreeMap<>();
        int cited = 0;
        for (Path file : sources("src")) {
            Matcher citation = number.matcher(Files.readString(file));
            while (citation.find()) {
                cited++;
                if (!explained.contains(citation.group(1))) {
                    missing.put(citation.group(1), ROOT.relativize(file).toString());
                }
            }
        }
        assertThat(cited).isPositive();
        return missing;
    }

    /** Simple name to the packages that have a class of that name. */
    private static Map<String, TreeSet<String>> mainClasses() throws IOException {
        Map<String, TreeSet<String>> classes = new TreeMap<>();
        for (Path file : sources("src/main/java")) {
            String name = file.getFileName().toString().replace(".java", "");
            Path module = ROOT.resolve(ROOT.relativize(file).getName(0)).resolve("src/main/java");
            String inPackage = module.relativize(file.getParent()).toString().replace('/', '.');
            classes.computeIfAbsent(name, none -> new TreeSet<>()).add(inPackage);
        }
        return classes;
    }

    /** All Java sources below {@code folder} of every module. */
    private static List<Path> sources(String folder) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.filter(each -> Files.exists(each.resolve("pom.xml")))
                    .sorted()
                    .toList()) {
                if (Files.isDirectory(module.resolve(folder))) {
                    try (Stream<Path> found = Files.walk(module.resolve(folder))) {
                        found.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
                    }
                }
            }
        }
        return files;
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> found = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md")),
                            found.filter(file -> file.toString().endsWith(".md")))
                    .toList();
        }
    }

    private static String page(String name) throws IOException {
        return Files.readString(ROOT.resolve("docs").resolve(name));
    }

    /** The folder of the whole source tree: the topmost one around the classes of this test that has a pom. */
    private static Path root() {
        try {
            Path folder = Path.of(DocsTest.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            while (!Files.exists(folder.resolve("docs")) || !Files.exists(folder.resolve("pom.xml"))) {
                folder = Objects.requireNonNull(folder.getParent(), "the tests do not run inside the source tree");
            }
            return folder;
        } catch (URISyntaxException unusable) {
            throw new IllegalStateException(unusable);
        }
    }
}
