package io.daybook.benchmarks.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Guards the hot paths against gross regressions: what an operation allocates, in bytes, and what it takes in checksums of 1 KiB, computed in
 * turns with it on the same thread. Bounds are about three times what was measured when they were set (docs/performance.md), so a failure is a
 * new cost, no bad day of the machine.
 */
final class HotPathTest {
    private static final Map<String, Double> NANOS = new HashMap<>();
    private static final Map<String, Double> BYTES = new HashMap<>();

    /** In a JVM of its own: what other tests did would change what is compiled, and how. */
    @BeforeAll
    static void measure() throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:MaxDirectMemorySize=512m",
                        "-XX:+UseSerialGC",
                        LoopThreads.OPEN,
                        LoopThreads.REFLECTION,
                        "-Dio.netty.leakDetection.level=disabled", // it samples, and a sample is garbage
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HotPaths.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                String[] words = line.split(" ");
                NANOS.put(words[0], Double.parseDouble(words[1]));
                BYTES.put(words[0], Double.parseDouble(words[2]));
            }
        }
        assertThat(process.waitFor()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "v2-add-encode, 32",
        "v2-add-decode, 96",
        "v2-answer-encode, 64",
        "v2-answer-decode, 128",
        "v3-add-encode, 96",
        "v3-add-decode, 160",
        "v3-answer-encode, 128",
        "v3-answer-decode, 128",
        "group-add-decode, 8",
        "group-answer-encode, 8",
        "group-answer-decode, 8",
        "pack, 32",
        "unpack, 320",
        "append-window, 96",
        "append-window-group, 64",
        "journal, 128",
        "journal-group, 16",
        "write-cache-put, 64",
        "batch-encode, 16",
        "batch-decode, 420",
        "stream-append, 900"
    })
    void allocatesAtMost(String path, double bytes) {
        assertThat(BYTES.get(path)).isLessThanOrEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "v2-add-encode, 8",
        "v2-add-decode, 5",
        "v2-answer-encode, 8",
        "v2-answer-decode, 3",
        "v3-add-encode, 14",
        "v3-add-decode, 14",
        "v3-answer-encode, 14",
        "v3-answer-decode, 9",
        "group-add-decode, 1",
        "group-answer-encode, 0.5",
        "group-answer-decode, 0.5",
        "pack, 12",
        "unpack, 10",
        "append-window, 6",
        "append-window-group, 5",
        "journal, 12",
        "journal-group, 10",
        "write-cache-put, 6",
        "batch-encode, 2",
        "batch-decode, 5",
        "stream-append, 24"
    })
    void takesAtMostAsLongAsChecksumsOfOneKibibyte(String path, double times) {
        assertThat(inChecksums(path)).isLessThanOrEqualTo(times);
    }

    @Test
    void v3CostsFewTimesWhatV2Costs() {
        assertThat(NANOS.get("v3-add-decode") / NANOS.get("v2-add-decode")).isLessThanOrEqualTo(10);
        assertThat(NANOS.get("v3-add-encode") / NANOS.get("v2-add-encode")).isLessThanOrEqualTo(6);
    }

    @Test
    void aCopyOfEachEntryWouldBeSeen() {
        assertThat(BYTES.get("planted-copy")).isGreaterThan(160);
    }

    @Test
    void workAsLongAsTwentyChecksumsWouldBeSeen() {
        assertThat(inChecksums("planted-checksums")).isGreaterThan(14);
    }

    private static double inChecksums(String path) {
        return NANOS.get(path) / NANOS.get("crc32c");
    }
}
