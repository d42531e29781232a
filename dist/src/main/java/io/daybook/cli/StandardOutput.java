package io.daybook.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Where results go: bytes to the operating system, unbuffered, UTF-8 whatever the locale says.
 *
 * <p>Other than {@link System#out}, which forgets that a write failed, this ends the command: quietly if whoever read the pipe has seen enough, with the
 * reason otherwise.
 */
final class StandardOutput extends OutputStream {
    private final OutputStream to;

    StandardOutput(OutputStream to) {
        this.to = to;
    }

    /** Makes this the {@link System#out} of the process. */
    static void install() {
        System.setOut(new PrintStream(
                new StandardOutput(new FileOutputStream(FileDescriptor.out)), true, StandardCharsets.UTF_8));
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            to.write(bytes, offset, length);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static CommandFailure failure(IOException e) {
        String reason = String.valueOf(e.getMessage());
        if (reason.toLowerCase(Locale.ROOT).contains("broken pipe")) {
            return CommandFailure.quiet(ExitCode.OUTPUT_CLOSED, "the reader of standard output has gone");
        }
        return new CommandFailure(ExitCode.FAILED, "cannot write to standard output (%s)".formatted(reason), e);
    }
}
