package io.daybook.sim;

import io.daybook.base.time.SystemClock;
import io.daybook.sim.Scenario.Options;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/**
 * The simulator as a tool of the JDK, so that the command {@code daybook simulate} finds it on its class path without knowing it.
 *
 * <p>Arguments: {@code layer runs firstSeed}, or {@code layer replay seed}; a layer of {@code all} takes every scenario. The status is 0 if all runs
 * passed, 3 if there is no scenario of that layer, 7 if one failed.
 */
public final class SimTool implements ToolProvider {

    @Override
    public String name() {
        return "daybook-simulate";
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, String... words) {
        String layer = words[0];
        List<Scenario> chosen = new ArrayList<>();
        for (Scenario scenario : SimRunner.scenarios()) {
            if (layer.equals("all") || scenario.layer().equals(layer)) {
                chosen.add(scenario);
            }
        }
        if (chosen.isEmpty()) {
            err.println("there is no scenario of the layer " + layer);
            return 3;
        }
        SimRunner runner = new SimRunner(SystemClock.INSTANCE, System.out);
        boolean passed = true;
        for (Scenario scenario : chosen) {
            if (words[1].equals("replay")) {
                passed &= runner.replay(scenario, Long.parseLong(words[2]), Options.USUAL)
                        .passed();
            } else {
                SimRunner.Summary summary =
                        runner.run(scenario, Long.parseLong(words[2]), Long.parseLong(words[1]), Options.USUAL);
                out.println(summary);
                out.flush();
                passed &= summary.passed();
            }
        }
        return passed ? 0 : 7;
    }
}
