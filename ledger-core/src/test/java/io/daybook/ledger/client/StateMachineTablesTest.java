package io.daybook.ledger.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the tables of docs/state-machines.md against the machines: every event in every situation, fired. */
final class StateMachineTablesTest {
    private static final Path DOCS = docs();
    private static final String WRITER = "The writer";
    private static final String RECOVERER = "The recoverer";
    private static final Pattern RULE = Pattern.compile("\\b(R[1-9][0-9]{0,2}[a-e]?|[IX][1-9][0-9]?)\\b");

    /** What the parts of a recoverer tell it, inside an event of its driver. */
    private static final TreeSet<String> FROM_ITS_PARTS = new TreeSet<>(List.of("onAdvanced", "onReplaced", "stop"));

    @Test
    void theWriterDoesWhatItsTableSays() throws IOException {
        assertThat(new StateTable(page(), WRITER).differences(WriterSituation.machine()))
                .isEmpty();
    }

    @Test
    void theRecovererDoesWhatItsTableSays() throws IOException {
        assertThat(new StateTable(page(), RECOVERER).differences(RecovererSituation.machine()))
                .isEmpty();
    }

    @Test
    void everyMethodThatTakesAnEventIsInTheTablesInEverySituation() throws IOException {
        assertThat(new TreeSet<>(new StateTable(page(), WRITER).events().values()))
                .isEqualTo(WriterSituation.machine().eventMethods());
        TreeSet<String> recoverer =
                new TreeSet<>(new StateTable(page(), RECOVERER).events().values());
        assertThat(recoverer).doesNotContainAnyElementsOf(FROM_ITS_PARTS);
        recoverer.addAll(FROM_ITS_PARTS);
        assertThat(recoverer).isEqualTo(RecovererSituation.machine().eventMethods());

        assertThat(withoutAnyEvent(WriterSituation.machine())).isEmpty();
        assertThat(withoutAnyEvent(RecovererSituation.machine())).isEmpty();
    }

    private static <M extends StateMachine.Driven> List<String> withoutAnyEvent(StateMachine<M> machine) {
        Map<String, Boolean> possible = new LinkedHashMap<>();
        machine.events.forEach((name, event) -> machine.situations
                .keySet()
                .forEach(situation -> possible.merge(
                        event.method() + " in " + situation, machine.possible(situation, name), Boolean::logicalOr)));
        List<String> missing = new ArrayList<>();
        possible.forEach((pair, any) -> {
            if (!any) {
                missing.add(pair);
            }
        });
        return missing;
    }

    @Test
    void aRowThatIsAlteredOrMissingIsFound() throws IOException {
        String row = rowOf("degraded", "pause before a change over, a spare there");

        assertThat(differences(row, row.replace("`compareAndSet(members)`", "`compareAndSet(close)`")))
                .hasSize(1);
        assertThat(differences(row, row.replace("`CHANGING`", "`same`"))).hasSize(1);
        assertThat(differences(row, "")).hasSize(1);
        assertThat(differences(row, row + "\n" + row)).as("said twice").hasSize(1);
        assertThat(differences(row, row.replace("degraded", "strolling"))).isNotEmpty();
        assertThat(differences(row, row.replace("pause before", "pause behind")))
                .isNotEmpty();
        String everywhere = rowOf("any", "add stored, by a replaced bookie");
        assertThat(differences(everywhere, ""))
                .as("no row at all")
                .hasSize(WriterSituation.machine().situations.size());
    }

    private static List<String> differences(String row, String altered) throws IOException {
        assertThat(altered).isNotEqualTo(row);
        return new StateTable(page().replace(row, altered), WRITER).differences(WriterSituation.machine());
    }

    /** The line that is about this situation alone. */
    private static String rowOf(String situation, String event) throws IOException {
        return page().lines()
                .filter(line -> line.startsWith("| %s | %s | ".formatted(situation, event)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row of its own: " + situation + ", " + event));
    }

    @Test
    void everyRuleTheTablesCiteHasASentence() throws IOException {
        String sentences = Files.readString(DOCS.resolve("protocol.md"));
        TreeSet<String> missing = new TreeSet<>();
        TreeSet<String> cited = new TreeSet<>();

        Matcher rule = RULE.matcher(page());
        while (rule.find()) {
            cited.add(rule.group(1));
            if (!sentences.contains("\n| " + rule.group(1) + " | ")) {
                missing.add(rule.group(1));
            }
        }

        assertThat(missing).isEmpty();
        assertThat(cited).contains("R42", "R43", "R46", "R47", "R48", "R57");
    }

    private static String page() throws IOException {
        return Files.readString(DOCS.resolve("state-machines.md"));
    }

    /** The docs of the source tree that the classes of this test were built in. */
    private static Path docs() {
        try {
            Path folder = Path.of(StateMachineTablesTest.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            while (!Files.exists(folder.resolve("docs")) || !Files.exists(folder.resolve("pom.xml"))) {
                folder = Objects.requireNonNull(folder.getParent(), "the tests do not run inside the source tree");
            }
            return folder.resolve("docs");
        } catch (URISyntaxException unusable) {
            throw new IllegalStateException(unusable);
        }
    }
}
