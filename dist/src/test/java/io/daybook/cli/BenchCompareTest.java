package io.daybook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bench compare} refuses before it starts anything. */
final class BenchCompareTest {
    @TempDir
    private Path folder;

    @Test
    void aLoadThatNobodyCanMakeIsWrongUsage() {
        compare("--reps", "0").refused(ExitCode.USAGE, "--reps 0");
        compare("--size", "2MiB").refused(ExitCode.USAGE, "2MiB", "1MiB");
        compare("--size", "1B").refused(ExitCode.USAGE, "size of 1");
        compare("--window", "20000").refused(ExitCode.USAGE, "--window 20,000", "10,000");
        compare("--ledgers", "100", "--window", "10").refused(ExitCode.USAGE, "window of 10");
        compare("--rate", "0").refused(ExitCode.USAGE, "--rate 0", "nor half");
        compare("--rate", "NaN").refused(ExitCode.USAGE, "--rate NaN", "nor half");
        compare("--rate", "third").refused(ExitCode.USAGE, "--rate third", "nor half");
        assertThat(compare("--window", "10", "--rate", "10").code()).isEqualTo(ExitCode.USAGE);
        assertThat(compare("--window", "10", "--rate", "half").code()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aPathWithoutAStockReleaseIsWrongUsage() {
        compare("--stock-class-path", folder + "/*").refused(ExitCode.USAGE, folder.toString(), "bookkeeper-server");
    }

    @Test
    void aFolderForDataThatIsNoneIsWrongUsage() throws Exception {
        Files.createFile(folder.resolve("bookkeeper-server-4.17.3.jar"));

        compare(
                        "--stock-class-path",
                        folder + "/*",
                        "--data",
                        folder.resolve("none").toString())
                .refused(ExitCode.USAGE, "--data", "none");
    }

    @Test
    void figuresOfAClientAreReadFromItsLineWithoutWhatIsNested() throws Exception {
        assertThat(CompareSides.figures(
                        "{\"entries\":7,\"P50us\":1.5,\"case\":\"x\",\"environment\":{\"a\":1},\"keep\":true}"))
                .containsEntry("entries", 7)
                .containsEntry("P50us", 1.5)
                .containsEntry("case", "x")
                .hasSize(3);
    }

    private static Ran compare(String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "bench";
        all[1] = "compare";
        System.arraycopy(words, 0, all, 2, words.length);
        return Ran.daybook(all);
    }
}
