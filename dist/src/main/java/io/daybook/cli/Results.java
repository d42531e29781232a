package io.daybook.cli;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** Lines of results on standard output, gathered into large writes. One thread. A closed pipe ends the command quietly. */
final class Results {
    private final PrintStream out;
    private final byte[] buffer = new byte[256 << 10];
    private int used;

    Results(PrintStream out) {
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
            out.write(bytes, 0, bytes.length);
            out.write('\n');
            return;
        }
        System.arraycopy(bytes, 0, buffer, used, bytes.length);
        used += bytes.length;
        buffer[used++] = '\n';
    }

    /** Hands everything to the operating system; whoever reads the pipe and went away ends the command. */
    void flush() {
        out.write(buffer, 0, used);
        used = 0;
        if (out.checkError()) {
            throw new CommandFailure(ExitCode.FAILED, "standard output was closed before everything was written to it");
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
