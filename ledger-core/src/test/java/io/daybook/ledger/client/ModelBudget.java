package io.daybook.ledger.client;

/** What may still go wrong in a {@link ModelWorld}. */
final class ModelBudget {
    int failures; // calls that time out
    int crashes; // processes that end

    ModelBudget(ModelShape shape) {
        this.failures = shape.failures();
        this.crashes = shape.crashes();
    }

    /** Nothing goes wrong any more. */
    void clear() {
        failures = 0;
        crashes = 0;
    }
}
