package io.daybook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.daybook.bookie.embedded.EmbeddedBookies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads on a cluster that is there: each for a moment, on both targets. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // JUnit sets them
class BenchCommandTest {
    private static final int PROGRESS_LINES = 60; // a busy machine takes longer and says so

    private static EmbeddedBookies cluster;
    private static String uri;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        cluster = EmbeddedBookies.start(3);
        uri = cluster.uri().toString();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Ran run(String... words) {
        List<String> all = new ArrayList<>(Arrays.asList(words));
        all.addAll(List.of("--metadata", uri));
        return Ran.daybook(all.toArray(String[]::new));
    }

    /** The numbers on the first level of a line of JSON. */
    private static Map<String, Double> numbers(String line) throws IOException {
        Map<String, Double> numbers = new LinkedHashMap<>();
        try (JsonParser json = new JsonFactory().createParser(line)) {
            json.nextToken();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (value.isNumeric()) {
                    numbers.put(name, json.getDoubleValue());
                }
                json.skipChildren();
            }
        }
        return numbers;
    }

    @ParameterizedTest
    @CsvSource({
        "ledger, write, --duration 300ms --warmup 100ms --ledgers 3 --window 20",
        "stream, write, --duration 300ms --warmup 100ms --size 100B",
        "ledger, write, --duration 300ms --warmup 100ms --rate 500",
        "ledger, write, --duration 300ms --warmup 100ms --rate 10000000",
        "ledger, read, --volume 2MiB --warmup 0s --size 10000B",
        "stream, read, --volume 1MiB --warmup 0s --streams 2",
        "ledger, tail, --duration 300ms --warmup 100ms --rate 200",
        "stream, tail, --duration 300ms --warmup 100ms --rate 200 --streams 2",
        "ledger, mixed, --duration 300ms --warmup 100ms --rate 500 --volume 1MiB",
        "stream, mixed, --duration 300ms --warmup 100ms --window 50 --volume 1MiB",
        "ledger, recovery, --ledgers 4",
        "stream, recovery, --streams 2"
    })
    void everyLoadReadsBackWhatWasAcknowledgedAndLeavesNothingBehind(String target, String work, String options)
            throws IOException {
        List<String> before = run("ledger", "list").lines();
        List<String> words = new ArrayList<>(List.of("bench", work, "--target", target, "-o", "json"));
        words.addAll(List.of(options.split(" ")));

        Ran ran = run(words.toArray(String[]::new)).fine(PROGRESS_LINES);

        assertThat(ran.lines()).hasSize(1);
        Map<String, Double> figures = numbers(ran.lines().get(0));
        assertThat(figures.get("acknowledged")).isPositive();
        assertThat(figures.get("verified")).isGreaterThanOrEqualTo(figures.get("acknowledged"));
        assertThat(figures).containsEntry("problems", 0.0).containsKeys("entries", "seconds", "clientRssMB");
        assertThat(figures).as("these servers are not its own").doesNotContainKey("serverRssMB");
        if (work.equals("tail")) {
            assertThat(figures.get("pauses")).isPositive();
            assertThat(figures).containsKeys("e2eP50us", "lastP50us", "lastMaxUs");
        }
        assertThat(run("ledger", "list").lines()).isEqualTo(before);
        assertThat(run("stream", "list", "--namespace", "bench").lines()).hasSizeLessThanOrEqualTo(1); // the heading
    }

    @Test
    void keepsWhatItWroteWhenToldTo() {
        List<String> before = run("ledger", "list").lines();

        run("bench", "write", "--duration", "100ms", "--warmup", "0s", "--ledgers", "3", "--keep")
                .fine(PROGRESS_LINES);

        assertThat(run("ledger", "list").lines()).hasSize(before.size() + 3);
    }

    @Test
    void tellsATableAndWritesAPageThatSaysHowToRepeatIt() throws IOException {
        Path page = directory.resolve("my page.html");

        Ran ran = run("bench", "write", "--duration", "200ms", "--warmup", "0s", "--html", page.toString())
                .fine(PROGRESS_LINES);

        assertThat(ran.text()).contains("throughput", "p99.9", "servers not known", "read back: what was acknowledged");
        assertThat(Files.readString(page))
                .contains(
                        "<svg",
                        ">./daybook bench write --duration 200ms --warmup 0s --html '" + page + "' --metadata " + uri)
                .doesNotContain("<script", "href=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "write --size 7B",
                "write --size 5MiB",
                "write --window 0",
                "write --window 10 --rate 10",
                "write --window 10001",
                "write --window 3 --ledgers 4",
                "write --rate 0",
                "write --rate -1",
                "write --rate NaN",
                "write --duration 0s",
                "write --duration soon",
                "write --ledgers 0",
                "write --replication 2/3/2",
                "write --target table",
                "write --local",
                "write --html /no/such/folder/page.html",
                "write --data /no/such/folder",
                "tail --rate 0",
                "read --volume 1B",
                "recovery --ledgers -5"
            })
    void refusesWhatCannotBeMeasuredInOneSentence(String words) {
        run(("bench " + words).split(" ")).refused(ExitCode.USAGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"write", "read", "tail", "mixed", "recovery"})
    void aFolderForAThrowAwayClusterAndTheNameOfAnotherAreOneTooMany(String work) {
        run("bench", work, "--data", directory.toString())
                .refused(ExitCode.USAGE, "--data starts a cluster and --metadata names one; give one of them");
        run("bench", work, "--data", directory.toString(), "--local")
                .refused(ExitCode.USAGE, "--local starts a cluster and --metadata names one; give one of them");

        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({
        "write --replication 21/3/2, 21 bookies, at most 20",
        "read --volume 1000TiB, needs, smaller --volume",
        "write --target table, 'table' is none of, 'ledger, stream'",
        "write --window x, 'x' is not a whole number, --help",
        "write --rate x, 'x' is not a number, --help",
        "write --rate 1 --window 1, daybook: --window=N, mutually exclusive"
    })
    void saysWhatAThrowAwayClusterCannotBeAskedFor(String words, String what, String more) {
        List<String> all = new ArrayList<>(List.of(("bench " + words).split(" ")));
        all.addAll(List.of("--data", directory.toString()));

        Ran.daybook(all.toArray(String[]::new)).refused(ExitCode.USAGE, what, more);

        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--server-pids 1", "--keep"})
    void whatIsAboutARunningClusterDoesNotGoWithAThrowAwayOne(String option) {
        List<String> words = new ArrayList<>(List.of("bench", "write", "--data", directory.toString()));
        words.addAll(List.of(option.split(" ")));

        Ran.daybook(words.toArray(String[]::new))
                .refused(
                        ExitCode.USAGE,
                        option.split(" ")[0] + " is about a cluster that runs already",
                        "name the cluster with --metadata");

        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void serversAreProcessesOfThisMachine() {
        run("bench", "write", "--server-pids", "1,4194999")
                .refused(ExitCode.USAGE, "--server-pids names 4194999, which is no process of this machine");
    }

    @Test
    void saysThatNoClusterAnswers() {
        Ran.daybook("bench", "write", "--metadata", "zk+hierarchical://127.0.0.1:1/ledgers")
                .refused(ExitCode.UNAVAILABLE, "127.0.0.1:1");
    }

    @Test
    void saysThatThereAreNotEnoughBookies() {
        Ran ran = run("bench", "write", "--replication", "5/3/2", "--duration", "100ms", "--warmup", "0s");

        assertThat(ran.code()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(ran.text()).isEmpty();
    }
}
