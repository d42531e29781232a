package io.daybook.sim.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same seeds give the same events: on any number of threads, in any JVM, interpreted or compiled, whatever hash codes objects have. */
final class RepeatedRunsTest {
    private static final long FIRST_SEED = 77_000;
    private static final long RUNS = 20;
    private static ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();
    private static String expected = "";

    @BeforeAll
    static void runsOnce() {
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(
                ResourceLeakDetector.Level.DISABLED); // a node that dies does not release what it holds
        expected = HashSeries.hashes(FIRST_SEED, RUNS, 1);
    }

    @AfterAll
    static void leaksCountAgain() {
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void onSeveralThreadsAtATime() {
        assertThat(HashSeries.hashes(FIRST_SEED, RUNS, 3)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:hashCode=2"})
    void inAnotherJvm(String option) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UnlockExperimentalVMOptions", option, "-Xmx256m", "-XX:+UseSerialGC"));
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=off");
        command.addAll(
                List.of("-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        command.addAll(List.of(HashSeries.class.getName(), Long.toString(FIRST_SEED), Long.toString(RUNS)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("exit status").isZero();
            assertThat(said.strip()).isEqualTo(expected);
        } finally {
            process.destroyForcibly();
        }
    }
}
