package io.daybook.relay;

/** Which way a frame goes. */
public enum Direction {
    /** Requests. */
    TO_BOOKIE,
    /** Answers. */
    TO_CLIENT
}
