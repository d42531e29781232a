package io.daybook.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StockReleaseTest {
    @TempDir
    private Path folder;

    @Test
    void aStarMeansAllJarsOfAFolder() throws IOException {
        Path server = Files.createFile(folder.resolve("bookkeeper-server-4.17.3.jar"));
        Path guava = Files.createFile(folder.resolve("guava.jar"));
        Files.createFile(folder.resolve("NOTICE"));

        StockRelease release = StockRelease.on(folder + "/*");

        assertThat(release.jars()).containsExactly(server, guava);
        assertThat(release.version()).isEqualTo("4.17.3");
    }

    @Test
    void jarsCanBeNamedOneByOneAndMoreComeBehindThem() {
        StockRelease release = StockRelease.on("/a/bookkeeper-server-4.16.0.jar" + File.pathSeparator + "/b/x.jar");

        assertThat(release.version()).isEqualTo("4.16.0");
        assertThat(release.classPath(List.of(Path.of("/c/y.jar"))))
                .isEqualTo(String.join(File.pathSeparator, "/a/bookkeeper-server-4.16.0.jar", "/b/x.jar", "/c/y.jar"));
    }

    @Test
    void aPathWithoutTheServerIsRefused() {
        assertThatThrownBy(() -> StockRelease.on(folder + "/*"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no bookkeeper-server jar")
                .hasMessageContaining(folder.toString());
    }

    @Test
    void figuresOfTheDriverKeepTheirKind() {
        assertThat(StockRun.figures("result entries=12 P50us=3.5"))
                .containsEntry("entries", 12L)
                .containsEntry("P50us", 3.5);
    }
}
