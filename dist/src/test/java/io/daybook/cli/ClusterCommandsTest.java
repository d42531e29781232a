package io.daybook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.bookie.embedded.EmbeddedBookies;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams and ledgers from the command line, as a clumsy user and as a script would use them. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // JUnit sets them
class ClusterCommandsTest {
    private static final int RECORD_BYTES_MAX = 1 << 20;

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
        return feed(new byte[0], words);
    }

    private static Ran feed(String input, String... words) {
        return feed(input.getBytes(StandardCharsets.UTF_8), words);
    }

    private static Ran feed(byte[] input, String... words) {
        List<String> all = new ArrayList<>(Arrays.asList(words));
        all.addAll(List.of("--metadata", uri));
        return Ran.daybook(input, all.toArray(String[]::new));
    }

    @Test
    void answersForMissingStreamsAndLedgersWithNotFound() {
        for (String command : List.of("info", "read", "tail", "append")) {
            run("stream", command, "nosuch").refused(ExitCode.NOT_FOUND, "nosuch");
        }
        run("stream", "delete", "nosuch", "--yes").refused(ExitCode.NOT_FOUND, "nosuch");
        for (String command : List.of("info", "read", "recover", "trace")) {
            run("ledger", command, "4711").refused(ExitCode.NOT_FOUND, "4711");
        }
        run("ledger", "delete", "4711", "--yes").refused(ExitCode.NOT_FOUND, "4711");
    }

    @Test
    void refusesWordsThatNameNothingBeforeAnythingIsConnected() {
        String nowhere = "zk+hierarchical://127.0.0.1:1/ledgers";
        for (List<String> words : List.of(
                List.of("stream", "list", "--namespace", "a/b"),
                List.of("stream", "list", "--stream-root", "nope"),
                List.of("stream", "create", "x", "--segment-size", "1B"),
                List.of("stream", "append", "x", "--segment-size", "1B"),
                List.of("stream", "read", "x", "--count", "-1"),
                List.of("ledger", "read", "0", "--from", "-1"),
                List.of("ledger", "read", "0", "--from", "3", "--to", "2"))) {
            List<String> all = new ArrayList<>(words);
            all.addAll(List.of("--metadata", nowhere));
            Ran.daybook(all.toArray(String[]::new)).refused(ExitCode.USAGE);
        }
    }

    @Test
    void givesBackEveryByteOfRecordsWhateverTheyAre() {
        byte[] noise = new byte[100_000];
        new Random(1).nextBytes(noise);
        noise[noise.length - 1] = '\n';

        feed(noise, "stream", "append", "noise", "--create").fine(1);
        feed("\n\nlast without a line feed", "stream", "append", "gaps", "--create")
                .fine(1);
        feed("", "stream", "append", "empty", "--create").fine(1);

        assertThat(run("stream", "read", "noise").fine(0).out()).isEqualTo(noise);
        assertThat(run("stream", "read", "gaps").fine(0).text()).isEqualTo("\n\nlast without a line feed\n");
        assertThat(run("stream", "read", "empty").fine(0).text()).isEmpty();
    }

    @Test
    void takesRecordsOfOneMebibyteAndRefusesLargerOnesKeepingWhatCameBefore() {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.writeBytes("small\n".getBytes(StandardCharsets.UTF_8));
        byte[] large = new byte[RECORD_BYTES_MAX];
        Arrays.fill(large, (byte) 'x');
        input.writeBytes(large);
        input.writeBytes("\n".getBytes(StandardCharsets.UTF_8));
        input.writeBytes(large);
        input.writeBytes("y\nnever sent\n".getBytes(StandardCharsets.UTF_8));

        feed(input.toByteArray(), "stream", "append", "large", "--create")
                .refused(ExitCode.REFUSED, "line 3", "1048576");

        assertThat(run("stream", "read", "large").fine(0).lines())
                .containsExactly("small", new String(large, StandardCharsets.US_ASCII));
    }

    @Test
    void anotherProcessSeesWhatARecoveryDecided() {
        String id =
                feed("1\n2\n", "ledger", "append", "--no-close").fine(0).text().strip();
        assertThat(run("ledger", "trace", id).fine(0).text()).contains("OPEN", "fragment", "no decisions were kept");

        run("ledger", "recover", id).fine(0);

        assertThat(run("ledger", "trace", id).fine(0).text())
                .contains("CLOSED", "fragment", " recovery", "claiming version", "the end is 1", "closed at entry 1");
    }

    @Test
    void readsOnlyWhatIsThere() {
        String id = feed("1\n2\n3\n", "ledger", "append").fine(0).text().strip();
        String none = run("ledger", "create").fine(0).text().strip();
        feed("1\n2\n3\n", "stream", "append", "three", "--create").fine(1);

        assertThat(run("ledger", "read", id, "--from", "1").fine(0).lines()).containsExactly("2", "3");
        run("ledger", "read", id, "--from", "3").refused(ExitCode.NOT_FOUND, "entry 3", "the last one is 2");
        run("ledger", "read", id, "--to", "7").refused(ExitCode.NOT_FOUND, "entry 7");
        assertThat(run("ledger", "read", none).fine(0).text()).isEmpty();
        run("ledger", "read", none, "--from", "0").refused(ExitCode.NOT_FOUND, "it has none");
        assertThat(run("stream", "read", "three", "--from", "3").fine(0).text()).isEmpty();
        assertThat(run("stream", "read", "three", "--from", "1", "--count", "1")
                        .fine(0)
                        .lines())
                .containsExactly("2");
        assertThat(run("stream", "read", "three", "--count", Long.toString(Long.MAX_VALUE), "--from", "1")
                        .fine(0)
                        .lines())
                .containsExactly("2", "3");
        run("stream", "read", "three", "--from", "4").refused(ExitCode.NOT_FOUND, "offset 4");
        run("stream", "tail", "three", "--from", "4").refused(ExitCode.NOT_FOUND, "offset 4");
    }

    @Test
    void keepsLedgersFromThoseWithoutTheirPassword() throws Exception {
        String right = Files.writeString(directory.resolve("right"), "secret").toString();
        String wrong = Files.writeString(directory.resolve("wrong"), "guess").toString();

        for (String digest : List.of("CRC32C", "HMAC")) {
            String id = feed("a\n", "ledger", "append", "--no-close", "--digest", digest, "--password-file", right)
                    .fine(0)
                    .text()
                    .strip();
            run("ledger", "read", id, "--password-file", wrong).refused(ExitCode.REFUSED, id);
            run("ledger", "recover", id).refused(ExitCode.REFUSED, id);
            run("ledger", "delete", id, "--yes").refused(ExitCode.REFUSED, id);
            run("ledger", "recover", id, "--password-file", right).fine(0);
            assertThat(run("ledger", "read", id, "--password-file", right)
                            .fine(0)
                            .text())
                    .isEqualTo("a\n");
        }
        run("ledger", "read", "0", "--password-file", directory.resolve("none").toString())
                .refused(ExitCode.USAGE, "password file");
    }

    @Test
    void deletesOnlyWhatItIsToldToTwice() throws Exception {
        run("stream", "create", "doomed").fine(0);
        run("stream", "create", "doomed").refused(ExitCode.CONFLICT, "doomed");

        run("stream", "delete", "doomed").refused(ExitCode.USAGE, "--yes", "--dry-run");
        run("stream", "delete", "doomed", "--dry-run").fine(1);
        assertThat(run("stream", "list").lines()).contains("doomed");
        run("stream", "delete", "doomed", "--yes").fine(1);
        assertThat(run("stream", "list").lines()).doesNotContain("doomed");
    }

    @Test
    void printsJsonLinesAndNothingElse() throws Exception {
        assertThat(run("stream", "create", "json-1", "-o", "json").fine(0).jsonLines())
                .isEqualTo(1);
        assertThat(feed("a\n\"\\\u0001\nü\n", "stream", "append", "json-1", "-o", "json")
                        .fine(0)
                        .jsonLines())
                .isEqualTo(1);
        assertThat(feed(new byte[] {(byte) 0xFF, '\n'}, "stream", "append", "json-1", "-o", "json")
                        .fine(0)
                        .jsonLines())
                .isEqualTo(1);
        Ran read = run("stream", "read", "json-1", "-o", "json").fine(0);
        assertThat(read.jsonLines()).isEqualTo(4);
        assertThat(read.text()).contains("\"value\":\"ü\"").contains("\"valueBase64\":\"/w==\"");
        for (List<String> words : List.of(
                List.of("stream", "info", "json-1"),
                List.of("stream", "list"),
                List.of("stream", "delete", "json-1", "--dry-run"),
                List.of("stream", "delete", "json-1", "--yes"),
                List.of("ledger", "create"),
                List.of("ledger", "append"),
                List.of("ledger", "list"),
                List.of("ledger", "info", "0"),
                List.of("ledger", "trace", "0"),
                List.of("ledger", "delete", "0", "--dry-run"),
                List.of("bookie", "list"),
                List.of("cluster", "init"))) {
            List<String> all = new ArrayList<>(words);
            all.addAll(List.of("-o", "json"));
            assertThat(run(all.toArray(String[]::new)).fine(1).jsonLines())
                    .as(words.toString())
                    .isPositive();
        }
        assertThat(Ran.daybook("config", "show", "-o", "json").fine(0).jsonLines())
                .isGreaterThan(10);
        assertThat(Ran.daybook("config", "check", "-o", "json").fine(0).jsonLines())
                .isEqualTo(1);
    }
}
