package io.daybook.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** Lines of results on standard output, gathered into large writes. One thread. */
final class Results {
    private static final byte[] LINE_FEED = {'\n'};

    private final OutputStream out;
    private final byte[] buffer = new byte[256 << 10];
    private int used;

    Results(OutputStream out) {
        this.out = out;
    }

    void line(String text) {
        line(text.getBytes(StandardCharsets.UTF_8));
    }

    void line(byte[] bytes) {
        if (bytes.length + 1 > buffer.length - used) {
            flush();
        }
        if (bytes.length + 1 > buffer.length) {
            write(bytes, bytes.length);
            write(LINE_FEED, 1);
            return;
        }
        System.arraycopy(bytes, 0, buffer, used, bytes.length);
        used += bytes.length;
        buffer[used++] = '\n';
    }

    /** Hands everything to the operating system. */
    void flush() {
        write(buffer, used);
        used = 0;
    }

    private void write(byte[] bytes, int length) {
        try {
            out.write(bytes, 0, length);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts {@code bytes} as text if they are UTF-8, else as base64 under {@code name + "Base64"}. */
    static void putBytes(Map<String, Object> row, String name, byte[] bytes) {
        try {
            row.put(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException notText) {
            row.put(name + "Base64", Base64.getEncoder().encodeToString(bytes));
        }
    }
}
