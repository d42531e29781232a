package io.daybook.base.config;

import org.jspecify.annotations.Nullable;

/**
 * One key that some component asked for: a line of docs/configuration.md and of {@code config show}.
 *
 * @param path such as {@code bookie.journal.group-size-max}
 * @param kind such as {@code size}
 * @param byDefault in words, or null if the operator must choose
 * @param min smallest value in words, or null if there is none
 * @param max largest value in words, or null if there is none
 * @param value in force, in words, or null if missing
 * @param origin where the value comes from: {@code default}, {@code environment}, {@code flag}, or file and line
 */
public record ConfigSetting(
        String path,
        String kind,
        @Nullable String byDefault,
        @Nullable String min,
        @Nullable String max,
        @Nullable String value,
        String origin) {

    /** The environment variable that overrides this key. */
    public String variable() {
        return variableOf(path);
    }

    static String variableOf(String path) {
        StringBuilder name = new StringBuilder("DAYBOOK_");
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            name.append(c == '.' || c == '-' ? '_' : Character.toUpperCase(c));
        }
        return name.toString();
    }
}
