package io.daybook.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StockClusterTest {
    private static final String URI = "zk+hierarchical://127.0.0.1:1/ledgers";

    @TempDir
    private Path folder;

    private StockCluster cluster() {
        return new StockCluster(
                StockRelease.on(folder.resolve("bookkeeper-server-4.17.3.jar").toString()), folder, List.of("-Xmx32m"));
    }

    @Test
    void startsNothingOnceItIsClosed() {
        try (StockCluster cluster = cluster()) {
            cluster.close(); // as a process does that is told to end

            assertThatThrownBy(() -> cluster.start(URI, 2, Map.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("was closed while it started");
            assertThat(cluster.pids()).isEmpty();
        }
    }

    @Test
    void tellsTheLastWordsOfABookieThatDidNotStartAndEndsTheOthers() {
        StockCluster cluster = cluster();
        List<ProcessHandle> started;
        try (cluster) {
            assertThatThrownBy(() -> cluster.start(URI, 2, Map.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("stock bookie 0 did not start")
                    .hasMessageContaining("org.apache.bookkeeper.server.Main");
            started = cluster.pids().stream()
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .toList();
        }

        assertThat(started).noneMatch(ProcessHandle::isAlive);
        assertThat(cluster.pids()).isEmpty();
    }
}
