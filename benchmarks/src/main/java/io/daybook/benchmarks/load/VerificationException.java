package io.daybook.benchmarks.load;

/** The system did not keep what it promised; the message says where. */
public final class VerificationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    VerificationException(String message) {
        super(message);
    }
}
