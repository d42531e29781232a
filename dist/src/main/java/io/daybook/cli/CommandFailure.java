package io.daybook.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command: one sentence for the user and the exit code. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    CommandFailure(int exitCode, String sentence) {
        this(exitCode, sentence, null);
    }

    CommandFailure(int exitCode, String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
