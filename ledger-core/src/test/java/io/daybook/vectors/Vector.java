package io.daybook.vectors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One JSON object of the golden vectors in {@code src/test/resources/vectors}. */
public record Vector(Map<String, Object> members) {

    /** The top-level object of {@code vectors/NAME.json}. */
    public static Vector file(String name) {
        try (InputStream in = Vector.class.getResourceAsStream("/vectors/" + name + ".json");
                JsonParser parser = new JsonFactory().createParser(in)) {
            parser.nextToken();
            return (Vector) value(parser);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> members = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    members.put(name, value(parser));
                }
                return new Vector(members);
            }
            case START_ARRAY -> {
                List<Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser));
                }
                return items;
            }
            case VALUE_NUMBER_INT -> {
                return parser.getLongValue();
            }
            case VALUE_NUMBER_FLOAT -> {
                return parser.getDoubleValue();
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return parser.getBooleanValue();
            }
            case VALUE_STRING -> {
                return parser.getText();
            }
            case VALUE_NULL -> {
                return "";
            }
            default -> throw new IOException("unexpected token " + parser.currentToken());
        }
    }

    public boolean has(String name) {
        return members.containsKey(name);
    }

    public String text(String name) {
        return (String) member(name);
    }

    public long number(String name) {
        return (Long) member(name);
    }

    public int integer(String name) {
        return Math.toIntExact(number(name));
    }

    public byte[] hex(String name) {
        return HexFormat.of().parseHex(text(name));
    }

    public Vector object(String name) {
        return (Vector) member(name);
    }

    @SuppressWarnings("unchecked")
    public List<Vector> objects(String name) {
        return (List<Vector>) member(name);
    }

    @SuppressWarnings("unchecked")
    public List<Long> numbers(String name) {
        return (List<Long>) member(name);
    }

    @SuppressWarnings("unchecked")
    public List<String> texts(String name) {
        return (List<String>) member(name);
    }

    private Object member(String name) {
        Object value = members.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no member " + name + " in " + members.keySet());
        }
        return value;
    }

    /** The payload of {@code size} bytes that all vectors use. */
    public static byte[] payload(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31 + 7);
        }
        return bytes;
    }
}
