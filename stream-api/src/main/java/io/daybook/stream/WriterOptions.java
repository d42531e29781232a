package io.daybook.stream;

import java.time.Duration;

/**
 * What to do when another process owns the stream.
 *
 * @param mode the choice
 * @param waitMax for WAIT: how long to wait before failing with Owned
 */
public record WriterOptions(Mode mode, Duration waitMax) {

    /** Fails if a live process owns the stream. */
    public static final WriterOptions DEFAULT = new WriterOptions(Mode.FAIL_IF_OWNED, Duration.ZERO);

    /** Waits up to {@code waitMax} until the owner releases the stream or vanishes. */
    public static WriterOptions waiting(Duration waitMax) {
        return new WriterOptions(Mode.WAIT, waitMax);
    }

    /** Ends the rights of whoever owns the stream. */
    public static WriterOptions takingOver() {
        return new WriterOptions(Mode.TAKE_OVER, Duration.ZERO);
    }

    /** What to do about a live owner. */
    public enum Mode {
        FAIL_IF_OWNED,
        WAIT,
        TAKE_OVER
    }
}
