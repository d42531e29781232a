package io.daybook.ledger.metadata;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Golden data made by stock BookKeeper: a reader for the JSON files below {@code vectors}. */
final class Vectors {
    private final String text;
    private int at;

    private Vectors(String text) {
        this.text = text;
    }

    /** The objects of the array {@code member} in {@code vectors/file.json}. */
    static List<Map<String, Object>> of(String file, String member) {
        try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + file + ".json")) {
            Vectors reader = new Vectors(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return maps(map(reader.value()).get(member));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> maps(Object value) {
        return (List<Map<String, Object>>) value;
    }

    @SuppressWarnings("unchecked")
    static List<String> strings(Object value) {
        return (List<String>) value;
    }

    static byte[] hex(Object value) {
        return HexFormat.of().parseHex((String) value);
    }

    private Object value() {
        switch (next()) {
            case '{':
                Map<String, Object> members = new LinkedHashMap<>();
                while (next() != '}') {
                    if (text.charAt(at - 1) != ',') {
                        at--;
                    }
                    next();
                    String name = string();
                    next(); // the colon
                    members.put(name, value());
                }
                return members;
            case '[':
                List<Object> items = new ArrayList<>();
                while (next() != ']') {
                    if (text.charAt(at - 1) != ',') {
                        at--;
                    }
                    items.add(value());
                }
                return items;
            case '"':
                return string();
            default:
                int from = at - 1;
                while ("+-.0123456789abcdefghijklmnopqrstuvwxyzE".indexOf(text.charAt(at)) >= 0) {
                    at++;
                }
                String word = text.substring(from, at);
                return switch (word) {
                    case "true" -> true;
                    case "false" -> false;
                    case "null" -> null;
                    default -> Long.parseLong(word);
                };
        }
    }

    private char next() {
        while (Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return text.charAt(at++);
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        while (text.charAt(at) != '"') {
            char c = text.charAt(at++);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            char escaped = text.charAt(at++);
            switch (escaped) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'u' -> {
                    out.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                    at += 4;
                }
                default -> out.append(escaped);
            }
        }
        at++;
        return out.toString();
    }
}
