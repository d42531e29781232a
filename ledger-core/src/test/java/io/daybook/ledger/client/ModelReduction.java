package io.daybook.ledger.client;

/**
 * What a {@link StateSearch} may leave out because something else stands for it. {@code ModelReductionTest} searches small ledgers with and without each.
 */
enum ModelReduction {
    /**
     * What can no longer change anything does not happen, and what a machine no longer looks at does not tell states apart: answers that the machine drops
     * whatever they say, adds to a bookie that is fenced, write-backs of what a bookie has, the votes on an entry that is decided.
     *
     * <p>Such an event leads from a state to one that differs in nothing that any later event reads; so what comes after it comes without it too.
     */
    IDLE,

    /**
     * States that differ only in who has which name are one ({@link ModelPrint#ofClass}): recoverers always, bookies where each has the same part in the
     * ledger.
     */
    NAMES
}
