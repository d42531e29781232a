package io.daybook.sim;

import io.daybook.base.time.Clock;
import io.daybook.base.time.SystemClock;
import io.daybook.sim.Scenario.Options;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/**
 * The simulator as a tool of the JDK, so that the command {@code daybook simulate} finds it on its class path without knowing it.
 *
 * <p>Words: {@code layer scenario threads} and one of {@code run runs firstSeed}, {@code replay WORD}, {@code seed S}, {@code mutants runs
 * firstSeed}; a layer or scenario of {@code all} takes every one. The status is 0 if all is well, 3 if nothing has that name, 7 if a run
 * failed, a long series missed a mark, or too few planted bugs were found.
 */
public final class SimTool implements ToolProvider {
    private static final int NOT_FOUND = 3;
    private static final int PROBLEMS = 7;

    private final Clock clock = SystemClock.INSTANCE;

    @Override
    public String name() {
        return "daybook-simulate";
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, String... words) {
        String layer = words[0];
        String name = words[1];
        int threads = Integer.parseInt(words[2]);
        SimRunner runner = new SimRunner(clock, System.out, threads);
        if (words[3].equals("mutants")) {
            return hunt(out, err, layer, threads, Long.parseLong(words[5]), Long.parseLong(words[4]));
        }
        if (words[3].equals("replay")) {
            return replay(runner, err, words[4]);
        }
        List<Scenario> chosen;
        try {
            chosen = chosen(layer, name);
        } catch (IllegalArgumentException unknown) {
            err.println(unknown.getMessage());
            return NOT_FOUND;
        }
        boolean passed = true;
        for (Scenario scenario : chosen) {
            if (words[3].equals("seed")) {
                passed &= runner.replay(scenario, Long.parseLong(words[4]), Options.USUAL)
                        .passed();
            } else {
                long asked = Long.parseLong(words[4]);
                long runs = name.equals("all") ? scenario.runs(asked) : asked;
                SimRunner.Summary summary = runner.run(scenario, Long.parseLong(words[5]), runs, Options.USUAL);
                out.println(summary);
                out.flush();
                passed &= summary.passed();
            }
        }
        return passed ? 0 : PROBLEMS;
    }

    private static List<Scenario> chosen(String layer, String name) {
        if (!name.equals("all")) {
            return List.of(SimRunner.scenario(name));
        }
        List<Scenario> chosen = new ArrayList<>();
        for (Scenario scenario : SimRunner.scenarios()) {
            if (layer.equals("all") || scenario.layer().equals(layer)) {
                chosen.add(scenario);
            }
        }
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("there is no scenario of the layer " + layer);
        }
        return chosen;
    }

    private static int replay(SimRunner runner, PrintWriter err, String word) {
        try {
            SimReplay replay = SimReplay.parse(word);
            Options options = Options.USUAL.keeping(replay.kept());
            Scenario scenario = SimRunner.scenario(replay.scenario());
            return runner.replay(scenario, replay.seed(), options).passed() ? 0 : PROBLEMS;
        } catch (IllegalArgumentException unknown) {
            err.println(unknown.getMessage());
            return NOT_FOUND;
        }
    }

    private int hunt(PrintWriter out, PrintWriter err, String layer, int threads, long firstSeed, long runs) {
        boolean any = false;
        boolean enough = true;
        for (PlantedBugs bugs : SimRunner.plantedBugs()) {
            if (layer.equals("all") || bugs.layer().equals(layer)) {
                any = true;
                enough &= new MutantHunt(bugs, threads, clock, out).run(firstSeed, runs);
            }
        }
        if (!any) {
            err.println("there are no bugs to plant in the layer " + layer);
            return NOT_FOUND;
        }
        return enough ? 0 : PROBLEMS;
    }
}
