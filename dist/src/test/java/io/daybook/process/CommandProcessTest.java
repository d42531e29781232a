package io.daybook.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.daybook.bookie.embedded.EmbeddedBookies;
import io.daybook.namespace.Namespace;
import io.daybook.namespace.client.Namespaces;
import io.daybook.stream.StreamConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands as processes: what only shows when one of them is killed, interrupted, or run twice. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // JUnit sets them
class CommandProcessTest {
    private static EmbeddedBookies cluster;
    private static String uri;
    private static Namespace namespace;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        cluster = EmbeddedBookies.start(3);
        uri = cluster.uri().toString();
        namespace = Namespaces.connect(uri).join();
    }

    @AfterAll
    static void stop() {
        namespace.close();
        cluster.close();
    }

    private static void create(String stream) {
        namespace.create(stream, StreamConfig.DEFAULT).join();
    }

    @Test
    void anAppenderIsFencedByOneThatTakesOverAndNamesIt() throws Exception {
        create("fought");
        try (DaybookProcess first = daybook("first", "stream", "append", "fought");
                DaybookProcess reader = daybook("reader", "stream", "tail", "fought", "--from", "head")) {
            first.type("first 1");
            assertThat(reader.line()).isEqualTo("first 1");

            try (DaybookProcess second = daybook("second", "stream", "append", "fought", "--take-over")) {
                second.type("second 1");
                assertThat(reader.line()).isEqualTo("second 1");
                first.type("first 2");
                first.process().getOutputStream().close();
                assertThat(first.exitCode()).as(first.errors()).isEqualTo(4);
                assertThat(first.errors())
                        .contains("process " + second.process().pid() + " ")
                        .hasLineCount(1);

                second.process().getOutputStream().close();
                assertThat(second.exitCode()).as(second.errors()).isZero();
            }
            assertThat(output("stream", "read", "fought")).containsExactly("first 1", "second 1");
        }
    }

    @Test
    void anAppenderWaitsUntilAKilledOwnerIsTakenForGone() throws Exception {
        create("left");
        try (DaybookProcess owner = daybook("owner", "stream", "append", "left");
                DaybookProcess reader = daybook("reader", "stream", "tail", "left", "--from", "head")) {
            owner.type("before");
            assertThat(reader.line()).isEqualTo("before");
            owner.kill();

            try (DaybookProcess next = daybook("next", "stream", "append", "left")) {
                next.type("after");
                next.process().getOutputStream().close();
                assertThat(next.exitCode()).as(next.errors()).isZero();
            }

            assertThat(reader.line()).isEqualTo("after");
            assertThat(output("stream", "read", "left")).containsExactly("before", "after");
        }
    }

    @Test
    void aLocalClusterIsFoundByOthersKeepsItsFolderAndEndsInOrder() throws Exception {
        assumeFalse(interruptsAreIgnored(), "this test was started with SIGINT ignored, and so are its processes");
        Map<String, String> runtime = Map.of("XDG_RUNTIME_DIR", directory.toString(), "DAYBOOK_METADATA", "");
        Path data = directory.resolve("data");
        List<String> dev = List.of("dev", "--bookies", "1", "--data", data.toString());
        Path note = directory.resolve("daybook").resolve("dev");

        try (DaybookProcess running = DaybookProcess.start(directory.resolve("dev.log"), runtime, dev)) {
            String ready = running.awaitReady();
            assertThat(data.resolve("endpoints.json")).exists();
            try (DaybookProcess twice = DaybookProcess.start(directory.resolve("twice.log"), runtime, dev)) {
                assertThat(twice.exitCode()).isEqualTo(1);
                assertThat(twice.errors()).contains("in use by another").hasLineCount(1);
            }
            try (DaybookProcess list =
                    DaybookProcess.start(directory.resolve("list.log"), runtime, List.of("bookie", "list"))) {
                assertThat(list.exitCode()).as(list.errors()).isZero();
                assertThat(list.errors()).contains("using the dev cluster at ").hasLineCount(1);
            }

            running.interrupt();

            assertThat(running.exitCode()).isEqualTo(130);
            assertThat(running.errors()).isEmpty();
            assertThat(note).doesNotExist();
            assertThat(data.resolve("endpoints.json")).doesNotExist();
            try (DaybookProcess again = DaybookProcess.start(directory.resolve("dev.log"), runtime, dev)) {
                assertThat(again.awaitReady()).isEqualTo(ready);
                again.kill();
            }
            try (DaybookProcess none =
                    DaybookProcess.start(directory.resolve("none.log"), runtime, List.of("stream", "list"))) {
                assertThat(none.exitCode()).isEqualTo(5);
                assertThat(none.errors()).contains("daybook dev").hasLineCount(1);
            }
        }
    }

    private DaybookProcess daybook(String name, String... words) throws IOException {
        List<String> all = new ArrayList<>(Arrays.asList(words));
        all.addAll(List.of("--metadata", uri));
        return DaybookProcess.start(directory.resolve(name + ".log"), all);
    }

    private List<String> output(String... words) throws Exception {
        try (DaybookProcess process = daybook("output", words)) {
            return process.output().lines().toList();
        }
    }

    /** A shell without job control ignores SIGINT for what it runs in the background, and so do all its descendants. */
    private static boolean interruptsAreIgnored() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("SigIgn:")) {
                return (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 0b10) != 0;
            }
        }
        return false;
    }
}
