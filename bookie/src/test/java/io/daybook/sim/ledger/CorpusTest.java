package io.daybook.sim.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.time.SystemClock;
import io.daybook.sim.Scenario;
import io.daybook.sim.Scenario.Options;
import io.daybook.sim.ScenarioResult;
import io.daybook.sim.SimReplay;
import io.daybook.sim.SimRunner;
import io.netty.util.ResourceLeakDetector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every failure of the past, {@code corpus.txt}: the product passes it, and with its bug planted again it fails as it did, so that an entry
 * keeps its meaning when the simulator changes.
 */
final class CorpusTest {
    private static final Options QUICK = new Options(0, false);

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    /** One line: {@code replay | invariant | sentence}; the replay names the planted bug, or none if the bug was never a mutant. */
    private record Entry(SimReplay replay, String invariant, String sentence) {

        static Entry parse(String line) {
            String[] fields = line.split("\\|", -1);
            assertThat(fields).as("replay | invariant | sentence in: %s", line).hasSize(3);
            return new Entry(SimReplay.parse(fields[0].strip()), fields[1].strip(), fields[2].strip());
        }

        boolean planted() {
            return replay.scenario().contains("!");
        }
    }

    @BeforeEach
    void crashesLoseBuffers() { // a node that dies does not release what it holds
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void leaksCountAgain() {
        ResourceLeakDetector.setLevel(level);
    }

    @ParameterizedTest
    @MethodSource("entries")
    void theProductPassesAndThePlantedBugFails(Entry entry) {
        assertThat(product(entry).failure()).as(entry.sentence()).isNull();
        if (entry.planted()) {
            ScenarioResult planted = run(entry.replay(), entry.replay().scenario());
            assertThat(planted.invariant())
                    .as("%s; find it anew as docs/simulator.md says: %s", entry.sentence(), planted.failure())
                    .isEqualTo(entry.invariant());
        }
    }

    /** D9: what is left is at most a fifth, and still fails. */
    @Test
    void aPlantedBugIsShrunkToTheDecisionsThatMatter() {
        Scenario planted = new LedgerScenario(Mutant.FENCE_IN_MEMORY);
        long seed = 1;
        while (planted.run(seed, QUICK).passed()) {
            assertThat(++seed).as("schedules without a finding").isLessThan(2_000);
        }
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        new SimRunner(SystemClock.INSTANCE, new PrintStream(written, true, StandardCharsets.UTF_8))
                .run(planted, seed, 1, QUICK);

        Matcher report = Pattern.compile("with (\\d+) of its (\\d+) decisions.*--replay '([^']*)'", Pattern.DOTALL)
                .matcher(written.toString(StandardCharsets.UTF_8));
        assertThat(report.find()).as("a report of shrinking").isTrue();
        assertThat(5 * Integer.parseInt(report.group(1))).isLessThanOrEqualTo(Integer.parseInt(report.group(2)));
        assertThat(SimReplay.replay(report.group(3)).failure()).isNotNull();
    }

    private static ScenarioResult product(Entry entry) {
        return run(entry.replay(), entry.replay().scenario().replaceFirst("!.*", ""));
    }

    private static ScenarioResult run(SimReplay replay, String name) {
        Scenario scenario = SimRunner.scenario(name);
        Options options = new Options(QUICK.traceLines(), QUICK.damaging(), replay.kept());
        return scenario.run(replay.seed(), options);
    }

    static List<Entry> entries() throws IOException {
        try (InputStream file = Objects.requireNonNull(CorpusTest.class.getResourceAsStream("corpus.txt"))) {
            Stream<String> lines = new String(file.readAllBytes(), StandardCharsets.UTF_8).lines();
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Entry::parse)
                    .toList();
        }
    }
}
