package io.daybook.cli;

/** What the program's exit status means; a contract with scripts. */
final class ExitCode {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int NOT_FOUND = 3;
    /** Somebody else owns, fenced or already made it. */
    static final int CONFLICT = 4;
    /** Nobody answered, or not in time. */
    static final int UNAVAILABLE = 5;
    /** Not allowed, or too large. */
    static final int REFUSED = 6;
    /** A check ran and found problems. */
    static final int PROBLEMS = 7;

    static final int INTERRUPTED = 130;
    /** Whoever read standard output has gone: what a shell reports of any program that SIGPIPE ended. */
    static final int OUTPUT_CLOSED = 141;

    private ExitCode() {}
}
