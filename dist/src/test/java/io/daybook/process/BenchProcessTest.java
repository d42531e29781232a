package io.daybook.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A load on a throw-away cluster of processes: it starts them, measures them, and leaves neither a process nor a file. {@code --data} is enough to ask for
 * one, though the environment names another cluster.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // JUnit sets them
class BenchProcessTest {
    @TempDir
    private Path directory;

    private DaybookProcess bench(String... words) throws IOException {
        List<String> all = Stream.concat(
                        Stream.of("bench"), Stream.concat(Stream.of(words), Stream.of("--data", data().toString())))
                .toList();
        Map<String, String> another = Map.of("DAYBOOK_METADATA", "zk+hierarchical://127.0.0.1:1/ledgers");
        return DaybookProcess.start(directory.resolve("bench.log"), another, all);
    }

    private Path data() throws IOException {
        return Files.createDirectories(directory.resolve("data"));
    }

    private List<ProcessHandle> servers() {
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).contains(directory.toString()))
                .toList();
    }

    /** All of it, however long the class path in it is. */
    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    @Test
    void readsBackFromRestartedServersAndLeavesNothing() throws Exception {
        try (DaybookProcess run = bench("read", "--volume", "2MiB", "--warmup", "0s", "-o", "json")) {
            String result = run.output();

            assertThat(run.exitCode()).as(run.errors()).isZero();
            assertThat(result)
                    .contains("\"cache\":\"cold\"", "\"problems\":0", "\"serverRssMB\"", "\"diskReadPerByte\"")
                    .hasLineCount(1);
        }

        assertThat(data()).isEmptyDirectory();
        assertThat(servers()).isEmpty();
    }

    @Test
    void tellsThatABookieDiedWhileItMeasured() throws Exception {
        try (DaybookProcess run = bench("write", "--duration", "4s", "--warmup", "0s")) {
            run.awaitError("writing: ");
            servers().stream()
                    .filter(server -> commandLine(server).contains("bookie-1"))
                    .filter(server -> server.pid() != run.process().pid())
                    .forEach(ProcessHandle::destroyForcibly);

            assertThat(run.output()).contains("throughput");
            assertThat(run.exitCode()).as(run.errors()).isZero();
            assertThat(run.errors()).contains("daybook: bookie-1, with status 137, ended while the load ran");
        }

        assertThat(data()).isEmptyDirectory();
    }

    @Test
    void leavesNothingWhenItIsToldToEndWhileItsServersStart() throws Exception {
        leavesNothingWhenToldToEndWhileServersStart("write", "--duration", "1h", "--warmup", "0s");
    }

    @Test
    void aComparisonLeavesNothingWhenItIsToldToEndWhileItsServersStart() throws Exception {
        Path release = Files.createFile(directory.resolve("bookkeeper-server-4.17.3.jar")); // its turn does not come

        leavesNothingWhenToldToEndWhileServersStart(
                "compare", "--duration", "1h", "--warmup", "0s", "--stock-class-path", release.toString());
    }

    private void leavesNothingWhenToldToEndWhileServersStart(String... words) throws Exception {
        try (WatchService watch = data().getFileSystem().newWatchService()) {
            data().register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            try (DaybookProcess run = bench(words)) {
                awaitTheSecondBookie(watch);

                run.process().toHandle().destroy(); // as Ctrl-C, which a process may have been started to ignore

                assertThat(run.exitCode()).as(run.errors()).isEqualTo(143);
                assertThat(run.errors()).contains("daybook: interrupted; there is no result");
                assertThat(run.output()).isEmpty();
            }
        }

        assertThat(data()).isEmptyDirectory();
        assertThat(servers()).isEmpty();
    }

    @Test
    void whatIsToldToEndWhileItMeasuresClosesItsClientBeforeItsServersAndLeavesNothing() throws Exception {
        try (DaybookProcess run = bench("write", "--duration", "1h", "--warmup", "0s")) {
            run.awaitError("writing: ");

            run.process().toHandle().destroy();

            assertThat(run.exitCode()).as(run.errors()).isEqualTo(143);
            assertThat(run.errors())
                    .endsWith("daybook: interrupted; there is no result\n")
                    .doesNotContain("no ZooKeeper server answers", "will be replaced", "not everything had closed");
        }

        assertThat(data()).isEmptyDirectory();
        assertThat(servers()).isEmpty();
    }

    @Test
    void itsServersEndWithItEvenIfItIsKilled() throws Exception {
        try (WatchService watch = data().getFileSystem().newWatchService()) {
            data().register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            try (DaybookProcess run = bench("write", "--duration", "1h", "--warmup", "0s")) {
                awaitTheSecondBookie(watch);
                List<ProcessHandle> running = servers();

                run.kill();

                for (ProcessHandle server : running) {
                    server.onExit().get(1, TimeUnit.MINUTES);
                }
            }
        }

        assertThat(servers()).as("nor did any start after that").isEmpty();
    }

    /** Returns while servers start. */
    private void awaitTheSecondBookie(WatchService watch) throws Exception {
        Path folder = data().resolve((Path) watch.take().pollEvents().get(0).context());
        folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
        while (!Files.exists(folder.resolve("bookie-1.log"))) {
            watch.take().reset();
        }
        assertThat(servers()).as("bench, ZooKeeper and a bookie").hasSizeGreaterThan(2);
    }
}
