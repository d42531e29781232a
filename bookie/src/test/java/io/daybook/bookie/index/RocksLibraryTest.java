package io.daybook.bookie.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class RocksLibraryTest {
    @TempDir
    private Path folder;

    /** Has an index open until it is killed. */
    public static final class Holder {
        public static void main(String[] words) throws InterruptedException {
            try (StoreIndex index = Indexes.rocks(Path.of(words[0]), DataSize.mebibytes(8))) {
                System.out.println("open with " + index.files().length);
                new CountDownLatch(1).await();
            }
        }
    }

    @Test
    void aKilledProcessLeavesNoLibraryBehind() throws Exception {
        Path temporary = Files.createDirectories(folder.resolve("temporary"));
        Process first = start(temporary, "first");
        Process second = start(temporary, "second"); // at the same time
        for (Process holder : List.of(first, second)) {
            assertThat(holder.inputReader().readLine()).isEqualTo("open with 0");
        }

        first.destroyForcibly().waitFor();
        second.destroyForcibly().waitFor();

        assertThat(temporary).isEmptyDirectory();
    }

    private Process start(Path temporary, String name) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Holder.class.getName(),
                        folder.resolve(name).toString())
                .redirectError(folder.resolve("log").toFile())
                .start();
    }
}
