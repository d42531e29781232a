package io.daybook.base.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What file, environment and flags say, what was asked for, and what is wrong: shared by all sections of one {@link ConfigTree}. */
final class ConfigSources {
    private final String file;
    private final Map<String, ConfigValue> fileValues;
    private final Map<String, ConfigValue> flags;
    private final Map<String, String> environment;
    private final Map<String, ConfigSetting> asked = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    ConfigSources(
            String file,
            Map<String, ConfigValue> fileValues,
            Map<String, ConfigValue> flags,
            Map<String, String> environment) {
        this.file = file;
        this.fileValues = fileValues;
        this.flags = flags;
        this.environment = environment;
    }

    /** What holds for {@code path}: flag, else environment, else file; null leaves the default. */
    @Nullable
    ConfigValue find(String path) {
        ConfigValue flag = flags.get(path);
        if (flag != null) {
            return flag;
        }
        String variable = ConfigSetting.variableOf(path);
        String value = environment.get(variable);
        if (value != null) {
            return new ConfigValue(ConfigValue.Shape.SCALAR, List.of(value), "environment variable " + variable);
        }
        return fileValues.get(path);
    }

    void asked(ConfigSetting setting) {
        asked.put(setting.path(), setting);
    }

    void problem(String origin, String sentence) {
        problems.add(origin.isEmpty() ? sentence : origin + ": " + sentence);
    }

    /** Where {@code path} was given a value, else the file as a whole. */
    String origin(String path) {
        ConfigValue value = find(path);
        return value == null ? file : value.origin();
    }

    List<ConfigSetting> settings() {
        return List.copyOf(asked.values());
    }

    /** Problems found so far and every key that nobody asked for. */
    List<String> allProblems() {
        List<String> all = new ArrayList<>(problems);
        unknown(fileValues, all);
        unknown(flags, all);
        unknownVariables(all);
        return List.copyOf(all);
    }

    private void unknown(Map<String, ConfigValue> values, List<String> all) {
        values.forEach((path, value) -> {
            if (asked.containsKey(path) || (value.shape() == ConfigValue.Shape.SECTION && isSection(path))) {
                return;
            }
            if (isSection(path)) {
                all.add("%s: '%s' is a section with keys of its own and takes no value"
                        .formatted(value.origin(), path));
                return;
            }
            String parent = askedAbove(path);
            if (parent != null) {
                all.add("%s: '%s' takes a value and has no keys below it, such as '%s'"
                        .formatted(value.origin(), parent, path));
                return;
            }
            if (value.shape() == ConfigValue.Shape.SECTION && holdsValues(path, values)) {
                return; // its keys are reported one by one
            }
            all.add("%s: unknown key '%s'%s".formatted(value.origin(), path, suggestion(path)));
        });
    }

    /** Of the environment only what begins as a section does: other DAYBOOK_ variables have other readers. */
    private void unknownVariables(List<String> all) {
        TreeSet<String> known = new TreeSet<>();
        TreeSet<String> sections = new TreeSet<>();
        for (String path : asked.keySet()) {
            known.add(ConfigSetting.variableOf(path));
            int dot = path.indexOf('.');
            if (dot > 0) {
                sections.add(ConfigSetting.variableOf(path.substring(0, dot)) + "_");
            }
        }
        environment.forEach((variable, value) -> {
            if (!known.contains(variable) && sections.stream().anyMatch(variable::startsWith)) {
                all.add("environment variable %s overrides no key%s".formatted(variable, nearest(variable, known)));
            }
        });
    }

    private boolean isSection(String path) {
        String prefix = path + ".";
        return asked.keySet().stream().anyMatch(key -> key.startsWith(prefix));
    }

    private static boolean holdsValues(String path, Map<String, ConfigValue> values) {
        String prefix = path + ".";
        return values.keySet().stream().anyMatch(key -> key.startsWith(prefix));
    }

    private @Nullable String askedAbove(String path) {
        for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
            if (asked.containsKey(path.substring(0, dot))) {
                return path.substring(0, dot);
            }
        }
        return null;
    }

    private String suggestion(String path) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        for (String key : asked.keySet()) {
            if (key.substring(key.lastIndexOf('.') + 1).equals(name)) {
                return "; did you mean '%s'?".formatted(key); // the right key in the wrong section
            }
        }
        return nearest(path, asked.keySet());
    }

    private static String nearest(String name, Iterable<String> known) {
        String best = "";
        int bestDistance = Math.max(2, name.length() / 3) + 1;
        for (String each : known) {
            int distance = distance(name, each);
            if (distance < bestDistance) {
                best = each;
                bestDistance = distance;
            }
        }
        return best.isEmpty() ? "" : "; did you mean '%s'?".formatted(best);
    }

    /** Insertions, deletions and replacements that turn {@code a} into {@code b} (Levenshtein). */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        int[] current = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            int[] swap = previous;
            previous = current;
            current = swap;
        }
        return previous[b.length()];
    }
}
