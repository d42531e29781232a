package io.daybook.base.config;

import io.daybook.base.error.Advice;
import io.daybook.base.error.DaybookException;
import java.util.List;

/** Everything that is wrong with a configuration, one sentence each; nothing was started with it. */
public final class ConfigProblems extends DaybookException {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    /** One or more {@code problems}. */
    public ConfigProblems(List<String> problems) {
        super(Advice.GIVE_UP, join(problems), null);
        this.problems = List.copyOf(problems);
    }

    /** The problems, each a sentence that begins with where it is. */
    public List<String> problems() {
        return problems;
    }

    private static String join(List<String> problems) {
        if (problems.size() == 1) {
            return problems.get(0);
        }
        return "the configuration has %d problems:\n  %s".formatted(problems.size(), String.join("\n  ", problems));
    }
}
