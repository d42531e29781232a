package io.daybook.ledger.client;

/** Something that must hold in a {@link ModelWorld} does not. */
final class ModelViolation extends RuntimeException {
    private static final long serialVersionUID = 1;

    ModelViolation(String what) {
        super(what);
    }
}
