package io.daybook.base.error;

/** A bug: something that must always hold does not. The component stops instead of continuing (R96). */
public final class BrokenInvariantException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BrokenInvariantException(String message) {
        super(message);
    }
}
