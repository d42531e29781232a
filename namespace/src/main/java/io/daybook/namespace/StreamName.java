package io.daybook.namespace;

import io.daybook.stream.StreamException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A stream's name: 1 to 512 bytes of UTF-8, parts separated by {@code /}, no part empty or {@code .} or {@code ..}, no control characters, not
 * starting with a dot.
 *
 * @param value the name
 */
public record StreamName(String value) {
    private static final int BYTES_MAX = 512;

    /** Fails with StreamException.Invalid and the rule that is broken. */
    public StreamName {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        require(bytes >= 1 && bytes <= BYTES_MAX, value, "it has " + bytes + " bytes and may have 1 to 512");
        require(value.charAt(0) != '.', value, "names that start with a dot are the system's");
        for (String part : value.split("/", -1)) {
            require(!part.isEmpty(), value, "a part between slashes is empty");
            require(!part.equals(".") && !part.equals(".."), value, "a part is '" + part + "'");
        }
        require(value.codePoints().noneMatch(Character::isISOControl), value, "it has a control character");
        require(StandardCharsets.UTF_8.newEncoder().canEncode(value), value, "it is not Unicode text");
    }

    /** Two hexadecimal digits that spread names over nodes: the low byte of the CRC32C of the name's UTF-8. */
    public String bucket() {
        CRC32C crc = new CRC32C();
        crc.update(value.getBytes(StandardCharsets.UTF_8));
        return hex((int) (crc.getValue() & 0xFF));
    }

    /** The name as one node name: all bytes of its UTF-8 but visible ASCII without {@code /} and {@code %} stand as {@code %XX}. */
    public String escaped() {
        StringBuilder out = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 0x7F && b != '/' && b != '%') {
                out.append((char) b);
            } else {
                out.append('%').append(hex(b & 0xFF));
            }
        }
        return out.toString();
    }

    /** Reads what {@link #escaped} wrote. */
    public static StreamName unescape(String node) {
        byte[] bytes = new byte[node.length()];
        int count = 0;
        for (int i = 0; i < node.length(); i++) {
            char c = node.charAt(i);
            if (c == '%' && i + 2 < node.length()) {
                bytes[count++] = (byte) Integer.parseInt(node.substring(i + 1, i + 3), 16);
                i += 2;
            } else {
                bytes[count++] = (byte) c;
            }
        }
        return new StreamName(new String(bytes, 0, count, StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return value;
    }

    private static String hex(int b) {
        return new String(new char[] {Character.forDigit(b >> 4, 16), Character.forDigit(b & 15, 16)});
    }

    private static void require(boolean ok, String name, String why) {
        if (!ok) {
            throw new StreamException.Invalid("'%s' is not a stream name: %s".formatted(name, why));
        }
    }
}
