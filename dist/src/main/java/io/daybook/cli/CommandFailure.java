package io.daybook.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command: one sentence for the user and the exit code. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final boolean quiet;

    CommandFailure(int exitCode, String sentence) {
        this(exitCode, sentence, null);
    }

    CommandFailure(int exitCode, String sentence, @Nullable Throwable cause) {
        this(exitCode, sentence, cause, false);
    }

    private CommandFailure(int exitCode, String sentence, @Nullable Throwable cause, boolean quiet) {
        super(sentence, cause);
        this.exitCode = exitCode;
        this.quiet = quiet;
    }

    /** An end that the user need not be told of. */
    static CommandFailure quiet(int exitCode, String sentence) {
        return new CommandFailure(exitCode, sentence, null, true);
    }

    boolean quiet() {
        return quiet;
    }

    int exitCode() {
        return exitCode;
    }
}
