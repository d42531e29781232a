package io.daybook.stream;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A name and a value that travel beside a record's value. Names may repeat.
 *
 * @param name any bytes; not to be changed
 * @param value any bytes; not to be changed
 */
public record RecordHeader(byte[] name, byte[] value) {

    /** A header whose name and value are text, kept as UTF-8. */
    public static RecordHeader of(String name, String value) {
        return new RecordHeader(name.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecordHeader h && Arrays.equals(name, h.name) && Arrays.equals(value, h.value);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(name) + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return new String(name, StandardCharsets.UTF_8) + "=" + new String(value, StandardCharsets.UTF_8);
    }
}
