package io.daybook.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Short comparisons with the stock release, which the build of module bookie has fetched. */
@Tag("long")
final class BenchCompareProcessTest {
    private static final Path STOCK = Path.of(System.getProperty("basedir", ""), "..", "bookie", "target", "stock-lib");

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void bothSidesRunTheSameLoadAndTheRatiosFollow() throws Exception {
        List<String> lines = compare("--window", "20");

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0))
                .contains("\"peer\":\"daybook\"", "\"case\":\"ledger/write/1024B/w20/l1\"", "\"P99us\":");
        assertThat(lines.get(1))
                .contains("\"peer\":\"bookkeeper-4.17.3\"", "\"case\":\"ledger/write/1024B/w20/l1\"", "\"P99us\":");
        assertThat(lines.get(2))
                .contains("\"entriesPerS\":{\"daybook\":", "\"P50us\":{", "\"P99us\":{")
                .doesNotContain("maxEntriesPerS");
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void eachSideRunsAtHalfOfItsOwnRate() throws Exception {
        List<String> lines = compare("--rate", "half");

        assertThat(lines).hasSize(3);
        for (String line : lines.subList(0, 2)) {
            long most = number(line, "maxEntriesPerS");

            assertThat(line).contains("\"case\":\"ledger/write/1024B/r" + most / 2 + "/l1\"");
        }
        assertThat(number(lines.get(0), "maxEntriesPerS")).isNotEqualTo(number(lines.get(1), "maxEntriesPerS"));
        assertThat(lines.get(2))
                .contains("\"case\":\"ledger/write/1024B/w1000/l1/half\"", "\"maxEntriesPerS\":{\"daybook\":");
    }

    private static long number(String line, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":(\\d+)").matcher(line);
        assertThat(found.find()).as(line).isTrue();
        return Long.parseLong(found.group(1));
    }

    /** What a short comparison prints; that it leaves nothing behind is checked. */
    private List<String> compare(String... pace) throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        List<String> words = new ArrayList<>(List.of("bench", "compare", "-o", "json", "--reps", "1"));
        words.addAll(List.of(pace));
        words.addAll(List.of("--warmup", "500ms", "--duration", "1s", "--data", data.toString()));
        words.addAll(List.of("--stock-class-path", STOCK + "/*"));
        List<String> lines;
        try (DaybookProcess compare = DaybookProcess.start(folder.resolve("errors"), words)) {
            lines = compare.output().lines().toList();

            assertThat(compare.exitCode()).as(compare.errors()).isZero();
        }
        try (Stream<Path> left = Files.list(data)) {
            assertThat(left).as("nothing is left behind").isEmpty();
        }
        return lines;
    }
}
