package io.daybook.bookie.entrylog;

/** Bytes of a file that cannot be what was written there; the message says which and why. */
public final class MalformedLogException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedLogException(String message) {
        super(message);
    }
}
