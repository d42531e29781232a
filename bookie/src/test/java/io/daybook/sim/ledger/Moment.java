package io.daybook.sim.ledger;

/** Steps of the protocol at which something may be made to go wrong: right then, or shortly after. */
enum Moment {
    ADD_ARRIVES,
    ADD_ANSWERED,
    FENCE_ARRIVES,
    FENCE_ANSWERED,
    FENCING_READ_ARRIVES,
    FENCING_READ_ANSWERED,
    WRITE_BACK_ARRIVES,
    WRITE_BACK_ANSWERED,
    /** A client sends a new version of the ledger's record. */
    RECORD_SENT,
    /** The ledger's record changes. */
    RECORD_CHANGED;

    /** Told of the moments of a run. */
    @FunctionalInterface
    interface Listener {

        /** @param bookie where it happens, or the empty word */
        void reached(Moment moment, String bookie, String client);
    }
}
