package io.daybook.sim;

import io.daybook.base.error.Check;
import io.daybook.sim.Scenario.Options;
import io.daybook.sim.SimDecisions.Decision;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One run as a word: {@code scenario/seed}, and if it was shrunk {@code /stream:0,3+stream:1}, the decisions it keeps ({@code /-} for
 * none). A planted bug follows the scenario after an exclamation mark: {@code takeover!FENCE_IN_MEMORY/42/strike:1}.
 *
 * @param kept the only decisions that happen, or null for all
 */
public record SimReplay(
        String scenario, long seed, @Nullable Set<Decision> kept) {

    /** Runs {@code word} with the scenarios and planted bugs of the class path: a failure as a unit test of one line. */
    public static ScenarioResult replay(String word) {
        SimReplay replay = parse(word);
        return replay.run(SimRunner.scenario(replay.scenario()), Options.USUAL);
    }

    /** Reads what {@link #toString} wrote. */
    public static SimReplay parse(String word) {
        String[] parts = word.split("/", -1);
        Check.argument(
                (parts.length == 2 || parts.length == 3) && parts[1].matches("-?[0-9]{1,18}"),
                "\"%s\" is no replay; it looks like takeover/42 or takeover/42/strike:0,3+frame-delay:1",
                word);
        if (parts.length == 2) {
            return new SimReplay(parts[0], Long.parseLong(parts[1]), null);
        }
        Set<Decision> kept = new LinkedHashSet<>();
        if (!parts[2].equals("-")) {
            for (String stream : parts[2].split("\\+", -1)) {
                String[] halves = stream.split(":", -1);
                Check.argument(
                        halves.length == 2 && halves[1].matches("[0-9]{1,9}(,[0-9]{1,9})*"),
                        "\"%s\" in \"%s\" is no list of decisions; it looks like strike:0,3",
                        stream,
                        word);
                for (String index : halves[1].split(",")) {
                    kept.add(new Decision(halves[0], Integer.parseInt(index)));
                }
            }
        }
        return new SimReplay(parts[0], Long.parseLong(parts[1]), kept);
    }

    static SimReplay of(String scenario, long seed, Collection<Decision> kept) {
        return new SimReplay(scenario, seed, new LinkedHashSet<>(kept));
    }

    /** Runs it in {@code told}, which has the name {@link #scenario}. */
    ScenarioResult run(Scenario told, Options options) {
        return told.run(seed, options.keeping(kept));
    }

    @Override
    public String toString() {
        String run = scenario + "/" + seed;
        if (kept == null) {
            return run;
        }
        if (kept.isEmpty()) {
            return run + "/-";
        }
        Map<String, Set<Integer>> streams = new TreeMap<>();
        for (Decision decision : kept) {
            streams.computeIfAbsent(decision.stream(), first -> new TreeSet<>()).add(decision.index());
        }
        StringBuilder word = new StringBuilder(run);
        String before = "/";
        for (Map.Entry<String, Set<Integer>> stream : streams.entrySet()) {
            word.append(before).append(stream.getKey()).append(':');
            word.append(stream.getValue().toString().replaceAll("[\\[\\] ]", ""));
            before = "+";
        }
        return word.toString();
    }
}
