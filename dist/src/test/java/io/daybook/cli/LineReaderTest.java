package io.daybook.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {

    @Test
    void givesEveryLineWithoutItsLineFeedAndCountsALastLineThatHasNone() throws IOException {
        assertThat(lines("a\n\nbc\nd")).containsExactly("a", "", "bc", "d");
        assertThat(lines("a\n")).containsExactly("a");
        assertThat(lines("")).isEmpty();
        assertThat(lines("\n")).containsExactly("");
    }

    @Test
    void joinsWhatComesInPieces() throws IOException {
        String text = "x".repeat(200_000) + "\nshort\n";

        LineReader reader = new LineReader(inPieces(text), 1 << 20);

        assertThat(reader.next()).hasSize(200_000);
        assertThat(reader.next()).asString().isEqualTo("short");
        assertThat(reader.next()).isNull();
    }

    @Test
    void refusesALineOverTheLimitByNumber() throws IOException {
        LineReader reader = new LineReader(in("ok\ntoo long\n"), 5);

        assertThat(reader.next()).asString().isEqualTo("ok");
        assertThatThrownBy(reader::next)
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("line 2 is longer than 5 bytes");
    }

    private static List<String> lines(String text) throws IOException {
        LineReader reader = new LineReader(in(text), 100);
        List<String> lines = new ArrayList<>();
        for (byte[] line = reader.next(); line != null; line = reader.next()) {
            lines.add(new String(line, StandardCharsets.UTF_8));
        }
        return lines;
    }

    private static InputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static InputStream inPieces(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
            @Override
            public int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 7));
            }
        };
    }
}
