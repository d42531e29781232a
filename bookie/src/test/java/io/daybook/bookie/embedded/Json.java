package io.daybook.bookie.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** As much of JSON as recorded conversations need: maps, lists, texts, numbers, true, false, null. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** The objects in the list {@code member} of a file of golden data. */
    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> objects(String resource, String member) {
        try (InputStream in = Objects.requireNonNull(Json.class.getResourceAsStream(resource), resource)) {
            Json json = new Json(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return (List<Map<String, Object>>) ((Map<String, Object>) json.value()).get(member);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private @Nullable Object value() {
        switch (peek()) {
            case '{' -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (more('{', '}')) {
                    String key = string();
                    expect(':');
                    map.put(key, value());
                }
                return map;
            }
            case '[' -> {
                List<Object> list = new ArrayList<>();
                while (more('[', ']')) {
                    list.add(value());
                }
                return list;
            }
            case '"' -> {
                return string();
            }
            default -> {
                return word();
            }
        }
    }

    /** Steps into, or on in, a list of things; false behind its end. */
    private boolean more(char open, char close) {
        char next = peek();
        at++;
        if (next == close) {
            return false;
        }
        if (next == open && peek() == close) {
            at++;
            return false;
        }
        return true;
    }

    private Object word() {
        int from = at;
        while (at < text.length() && ",]} \n\r\t".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(from, at);
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> "";
            default -> Long.parseLong(word);
        };
    }

    private String string() {
        expect('"');
        StringBuilder out = new StringBuilder();
        while (text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c == '\\') {
                char escaped = text.charAt(at++);
                switch (escaped) {
                    case 'n' -> out.append('\n');
                    case 't' -> out.append('\t');
                    case 'r' -> out.append('\r');
                    case 'u' -> {
                        out.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                        at += 4;
                    }
                    default -> out.append(escaped);
                }
            } else {
                out.append(c);
            }
        }
        at++;
        return out.toString();
    }

    private void expect(char c) {
        if (peek() != c) {
            throw new IllegalStateException("expected %s at %d".formatted(c, at));
        }
        at++;
    }

    private char peek() {
        while (Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return text.charAt(at);
    }
}
