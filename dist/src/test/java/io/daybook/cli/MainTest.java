package io.daybook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PrintStream oldOut = System.out;
    private final PrintStream oldErr = System.err;

    @BeforeEach
    void listen() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setOut(oldOut);
        System.setErr(oldErr);
    }

    @ParameterizedTest
    @MethodSource("wrongWords")
    void answersWrongWordsWithOneSentenceAndTheUsageCode(List<String> words) {
        int code = Main.execute(words.toArray(String[]::new));

        assertThat(code).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8).strip())
                .startsWith("daybook: ")
                .hasLineCount(1);
        assertThat(out.size()).isZero();
    }

    static List<List<String>> wrongWords() {
        return List.of(
                List.of(),
                List.of("demmo"),
                List.of("--colour"),
                List.of("stream"),
                List.of("stream", "reed", "x"),
                List.of("stream", "read"),
                List.of("stream", "read", "x", "--from", "yesterday"),
                List.of("stream", "create", "x", "--segment-size", "8 bananas"),
                List.of("ledger", "read", "seven"),
                List.of("ledger", "create", "--replication", "2/3/2"),
                List.of("ledger", "create", "--digest", "MD5"),
                List.of("ledger", "list", "--metadata", "http://127.0.0.1/"),
                List.of("dev", "--bookies", "0"),
                List.of("zookeeper", "--data", "d", "--port", "70000"),
                List.of("config", "show", "--set", "bookie.colour=blue"),
                List.of("config", "show", "--set", "memory=much"),
                List.of("simulate", "--runs", "0"));
    }

    @Test
    void saysWhichAddressWasTriedAndHowToStartAClusterWhenNoneAnswers() {
        int code = Main.execute("ledger", "list", "--metadata", "zk+hierarchical://127.0.0.1:1/ledgers");

        assertThat(code).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("127.0.0.1:1").contains("daybook dev");
    }

    @Test
    void checksAConfigurationAndExitsSevenWhenItHasProblems() {
        assertThat(Main.execute("config", "check")).isEqualTo(ExitCode.OK);
        assertThat(Main.execute("config", "check", "--set", "memory=1B", "--set", "bookie.colour=blue"))
                .isEqualTo(ExitCode.PROBLEMS);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("memory").contains("bookie.colour");
    }

    @Test
    void givesEveryCommandHelpWithAnExample() {
        List<CommandLine> commands = new ArrayList<>();
        collect(Main.commandLine(), commands);

        assertThat(commands).hasSizeGreaterThan(20).allSatisfy(command -> {
            assertThat(command.getUsageMessage()).contains("Usage:");
            if (command.getSubcommands().isEmpty()) {
                assertThat(command.getUsageMessage()).contains("Example");
            }
        });
    }

    private static void collect(CommandLine command, List<CommandLine> into) {
        into.add(command);
        command.getSubcommands().values().forEach(each -> collect(each, into));
    }
}
