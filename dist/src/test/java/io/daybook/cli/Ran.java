package io.daybook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One command run in this JVM: how it ended and what it printed, logs included.
 *
 * @param out standard output, bytes as they are
 */
record Ran(int code, byte[] out, String err) {

    /** Runs {@code daybook words…} with nothing on standard input. */
    static Ran daybook(String... words) {
        return daybook(new byte[0], words);
    }

    static Ran daybook(byte[] input, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream oldOut = System.out;
        PrintStream oldErr = System.err;
        InputStream oldIn = System.in;
        System.setIn(new ByteArrayInputStream(input));
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            int code = Main.execute(words);
            System.out.flush();
            return new Ran(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setIn(oldIn);
            System.setOut(oldOut);
            System.setErr(oldErr);
        }
    }

    String text() {
        return new String(out, StandardCharsets.UTF_8);
    }

    List<String> lines() {
        return text().lines().toList();
    }

    /** It went well and standard error has no more than {@code errLines}: nothing is logged in normal operation. */
    Ran fine(int errLines) {
        assertThat(code).as(err).isZero();
        assertThat(err.lines().toList()).hasSizeLessThanOrEqualTo(errLines);
        return this;
    }

    /** It ended with {@code expected}, one sentence on standard error, and nothing on standard output. */
    Ran refused(int expected, String... words) {
        assertThat(code).as(err).isEqualTo(expected);
        assertThat(err.strip()).startsWith("daybook: ").hasLineCount(1);
        for (String word : words) {
            assertThat(err).contains(word);
        }
        assertThat(text()).isEmpty();
        return this;
    }

    /** Every line of standard output is one JSON object; says how many. */
    int jsonLines() throws IOException {
        for (String line : lines()) {
            try (JsonParser json = new JsonFactory().createParser(line)) {
                assertThat(json.nextToken()).as(line).isEqualTo(JsonToken.START_OBJECT);
                json.skipChildren();
                assertThat(json.nextToken()).as(line).isNull();
            }
        }
        return lines().size();
    }
}
