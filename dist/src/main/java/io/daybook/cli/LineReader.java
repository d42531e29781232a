package io.daybook.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Cuts a byte stream into lines, as bytes and without their line feeds. One thread. */
final class LineReader {
    private final InputStream in;
    private final int lineBytesMax;
    private final byte[] buffer = new byte[64 << 10];
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();

    private int position;
    private int limit;
    private long lines;

    /** @param lineBytesMax longest line allowed, in bytes */
    LineReader(InputStream in, int lineBytesMax) {
        this.in = in;
        this.lineBytesMax = lineBytesMax;
    }

    /** The next line, or null at the end; a last line without a line feed counts. A line over the limit fails the command. */
    byte @Nullable [] next() throws IOException {
        begun.reset();
        while (true) {
            for (int i = position; i < limit; i++) {
                if (buffer[i] == '\n') {
                    take(i);
                    position = i + 1;
                    lines++;
                    return begun.toByteArray();
                }
            }
            boolean some = position < limit || begun.size() > 0;
            take(limit);
            position = 0;
            limit = in.read(buffer);
            if (limit < 0) {
                limit = 0;
                if (!some) {
                    return null;
                }
                lines++;
                return begun.toByteArray();
            }
        }
    }

    /** Whether {@link #next} can go on without waiting for input. */
    boolean ready() throws IOException {
        return position < limit || in.available() > 0;
    }

    private void take(int end) {
        if (begun.size() + end - position > lineBytesMax) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "line %d is longer than %d bytes, the most one record may have; split it"
                            .formatted(lines + 1, lineBytesMax));
        }
        begun.write(buffer, position, end - position);
    }
}
