package io.daybook.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class StandardOutputTest {

    @Test
    void endsTheCommandQuietlyWhenTheReaderOfAPipeHasGone() {
        assertThatThrownBy(() -> failing("Broken pipe").println("a"))
                .isInstanceOfSatisfying(CommandFailure.class, end -> {
                    assertThat(end.quiet()).isTrue();
                    assertThat(end.exitCode()).isEqualTo(ExitCode.OUTPUT_CLOSED);
                });
    }

    @Test
    void saysWhyOtherOutputCannotBeWritten() {
        assertThatThrownBy(() -> new Results(failing("No space left on device")).line(new byte[1 << 20]))
                .isInstanceOfSatisfying(CommandFailure.class, end -> {
                    assertThat(end.quiet()).isFalse();
                    assertThat(end.exitCode()).isEqualTo(ExitCode.FAILED);
                    assertThat(end).hasMessageContaining("No space left on device");
                });
    }

    /** As {@link StandardOutput#install} makes it, over a file that cannot be written. */
    private static PrintStream failing(String reason) {
        return new PrintStream(
                new StandardOutput(new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException(reason);
                    }
                }),
                true);
    }
}
