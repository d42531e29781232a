package io.daybook.base.config;

import io.daybook.base.config.ConfigValue.Shape;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as file, environment and flags give it: flag over environment over file over default.
 *
 * <p>Fill it with {@link #builder}, let each component read its section, then call {@link #check}, which throws all problems at once. One
 * thread only.
 */
public final class ConfigTree implements ConfigSection {
    private final ConfigSources sources;
    private final String prefix; // empty, or a path with a dot behind it

    private ConfigTree(ConfigSources sources, String prefix) {
        this.sources = sources;
        this.prefix = prefix;
    }

    /** An empty tree whose values come from {@code file}, a name for messages; empty if there is no file. */
    public static Builder builder(String file) {
        return new Builder(file);
    }

    /** Throws {@link ConfigProblems} unless all values were fine and all keys known. To be called after everyone has read. */
    public void check() {
        List<String> problems = problems();
        if (!problems.isEmpty()) {
            throw new ConfigProblems(problems);
        }
    }

    /** What is wrong so far, unknown keys included; complete once everyone has read. */
    public List<String> problems() {
        return sources.allProblems();
    }

    /** Every key that was asked for, in that order, with its bounds and the value in force. */
    public List<ConfigSetting> settings() {
        return sources.settings();
    }

    // ---- reading

    @Override
    public ConfigSection section(String name) {
        return new ConfigTree(sources, prefix + name + ".");
    }

    @Override
    public Path path(String key) {
        Path found = path(key, null, null);
        return found == null ? Path.of("missing") : found; // never used: check() throws
    }

    @Override
    public Path path(String key, Path byDefault) {
        Path found = path(key, byDefault, byDefault.toString());
        return found == null ? byDefault : found;
    }

    @Override
    public List<Path> paths(String key, List<Path> byDefault) {
        String path = prefix + key;
        String inWords = words(byDefault);
        ConfigValue value = sources.find(path);
        List<Path> found = byDefault;
        if (value != null && value.shape() != Shape.SECTION) {
            List<String> items = value.shape() == Shape.LIST
                    ? value.items()
                    : Arrays.stream(value.items().get(0).split(","))
                            .map(String::strip)
                            .toList();
            try {
                found = items.stream().map(ConfigTree::parsePath).toList();
            } catch (IllegalArgumentException unusable) {
                sources.problem(value.origin(), "'%s': %s".formatted(path, unusable.getMessage()));
            }
        }
        sources.asked(new ConfigSetting(path, "paths", inWords, null, null, words(found), originOf(value)));
        return found;
    }

    @Override
    public DataSize size(String key, DataSize byDefault, DataSize min, DataSize max) {
        return bounded(key, "size", byDefault, min, max, DataSize::parse, DataSize::toString);
    }

    @Override
    public Duration duration(String key, Duration byDefault, Duration min, Duration max) {
        return bounded(key, "duration", byDefault, min, max, Durations::parse, Durations::format);
    }

    @Override
    public int integer(String key, int byDefault, int min, int max) {
        return bounded(key, "number", byDefault, min, max, ConfigTree::parseInteger, Object::toString);
    }

    @Override
    public boolean bool(String key, boolean byDefault) {
        return bounded(key, "true or false", byDefault, null, null, ConfigTree::parseBoolean, Object::toString);
    }

    @Override
    public String text(String key, String byDefault) {
        return bounded(key, "text", byDefault, null, null, Function.identity(), Function.identity());
    }

    @Override
    public void problem(String key, String sentence) {
        String path = prefix + key;
        sources.problem(sources.origin(path), "'%s': %s".formatted(path, sentence));
    }

    // ---- private parts

    private <T extends Comparable<T>> T bounded(
            String key,
            String kind,
            T byDefault,
            @Nullable T min,
            @Nullable T max,
            Function<String, T> parse,
            Function<T, String> inWords) {
        String path = prefix + key;
        ConfigValue value = scalar(path);
        T found = byDefault;
        if (value != null) {
            try {
                T parsed = parse.apply(value.items().get(0));
                if ((min != null && parsed.compareTo(min) < 0) || (max != null && parsed.compareTo(max) > 0)) {
                    sources.problem(
                            value.origin(),
                            "'%s' is %s but must be from %s to %s"
                                    .formatted(
                                            path,
                                            inWords.apply(parsed),
                                            min == null ? "any" : inWords.apply(min),
                                            max == null ? "any" : inWords.apply(max)));
                } else {
                    found = parsed;
                }
            } catch (IllegalArgumentException unparsable) {
                sources.problem(value.origin(), "'%s': %s".formatted(path, unparsable.getMessage()));
            }
        }
        sources.asked(new ConfigSetting(
                path,
                kind,
                inWords.apply(byDefault),
                min == null ? null : inWords.apply(min),
                max == null ? null : inWords.apply(max),
                inWords.apply(found),
                originOf(value)));
        return found;
    }

    private @Nullable Path path(String key, @Nullable Path byDefault, @Nullable String inWords) {
        String path = prefix + key;
        ConfigValue value = scalar(path);
        Path found = byDefault;
        if (value != null) {
            try {
                found = parsePath(value.items().get(0));
            } catch (IllegalArgumentException unusable) {
                sources.problem(value.origin(), "'%s': %s".formatted(path, unusable.getMessage()));
            }
        } else if (byDefault == null && sources.find(path) == null) {
            sources.problem(
                    sources.origin(path),
                    "'%s' is missing; say which directory to use, for example with --set %s=DIR".formatted(path, path));
        }
        sources.asked(new ConfigSetting(
                path, "path", inWords, null, null, found == null ? null : found.toString(), originOf(value)));
        return found;
    }

    private @Nullable ConfigValue scalar(String path) {
        ConfigValue value = sources.find(path);
        if (value == null || value.shape() == Shape.SCALAR) {
            return value;
        }
        sources.problem(
                value.origin(),
                "'%s' takes one value, not a %s"
                        .formatted(path, value.shape() == Shape.LIST ? "list" : "section with keys of its own"));
        return null;
    }

    private static String originOf(@Nullable ConfigValue value) {
        return value == null ? "default" : value.origin();
    }

    private static String words(List<Path> paths) {
        return String.join(",", paths.stream().map(Path::toString).toList());
    }

    private static Path parsePath(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the path is empty");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException unusable) {
            throw new IllegalArgumentException(
                    "'%s' is not a path: %s".formatted(text, unusable.getReason()), unusable);
        }
    }

    private static Integer parseInteger(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "'%s' is not a whole number below 2147483648".formatted(text), notANumber);
        }
    }

    private static Boolean parseBoolean(String text) {
        return switch (text.strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("'%s' is neither true nor false".formatted(text));
        };
    }

    /** Takes what a parser of the file, the environment and the command line found. */
    public static final class Builder {
        private final String file;
        private final Map<String, ConfigValue> fileValues = new LinkedHashMap<>();
        private final Map<String, ConfigValue> flags = new LinkedHashMap<>();
        private final Map<String, String> environment = new LinkedHashMap<>();

        private Builder(String file) {
            this.file = file;
        }

        /** A key with a value, at {@code line} (1 or more) of the file; {@code path} joins section names and key with dots. */
        public Builder value(String path, String text, int line) {
            fileValues.put(path, new ConfigValue(Shape.SCALAR, List.of(text), at(line)));
            return this;
        }

        /** A key with a list of values. */
        public Builder list(String path, List<String> items, int line) {
            fileValues.put(path, new ConfigValue(Shape.LIST, items, at(line)));
            return this;
        }

        /** A key with keys below it, or none. */
        public Builder section(String path, int line) {
            fileValues.put(path, new ConfigValue(Shape.SECTION, List.of(), at(line)));
            return this;
        }

        /** An option of the command line, such as {@code --set path=text}. */
        public Builder flag(String path, String text) {
            flags.put(path, new ConfigValue(Shape.SCALAR, List.of(text), "--set " + path));
            return this;
        }

        /** The process's environment; only names that begin with {@code DAYBOOK_} count. */
        public Builder environment(Map<String, String> variables) {
            variables.forEach((name, value) -> {
                if (name.startsWith("DAYBOOK_")) {
                    environment.put(name, value);
                }
            });
            return this;
        }

        /** The root section. */
        public ConfigTree build() {
            return new ConfigTree(
                    new ConfigSources(
                            file,
                            new LinkedHashMap<>(fileValues),
                            new LinkedHashMap<>(flags),
                            new LinkedHashMap<>(environment)),
                    "");
        }

        private String at(int line) {
            return file + ":" + line;
        }
    }
}
