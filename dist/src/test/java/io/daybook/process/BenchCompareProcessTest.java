package io.daybook.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One short comparison with the stock release, which the build of module bookie has fetched. */
@Tag("long")
final class BenchCompareProcessTest {
    private static final Path STOCK = Path.of(System.getProperty("basedir", ""), "..", "bookie", "target", "stock-lib");

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void bothSidesRunTheSameLoadAndTheRatiosFollow() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path errors = folder.resolve("errors");
        try (DaybookProcess compare = DaybookProcess.start(
                errors,
                List.of(
                        "bench",
                        "compare",
                        "-o",
                        "json",
                        "--reps",
                        "1",
                        "--window",
                        "20",
                        "--warmup",
                        "500ms",
                        "--duration",
                        "1s",
                        "--data",
                        data.toString(),
                        "--stock-class-path",
                        STOCK + "/*"))) {
            List<String> lines = compare.output().lines().toList();

            assertThat(compare.exitCode()).as(compare.errors()).isZero();
            assertThat(lines).hasSize(3);
            assertThat(lines.get(0))
                    .contains("\"peer\":\"daybook\"", "\"case\":\"ledger/write/1024B/w20/l1\"", "\"P99us\":");
            assertThat(lines.get(1))
                    .contains("\"peer\":\"bookkeeper-4.17.3\"", "\"case\":\"ledger/write/1024B/w20/l1\"", "\"P99us\":");
            assertThat(lines.get(2)).contains("\"entriesPerS\":{\"daybook\":", "\"P50us\":{", "\"P99us\":{");
        }
        try (Stream<Path> left = Files.list(data)) {
            assertThat(left).as("nothing is left behind").isEmpty();
        }
    }
}
