package io.daybook.ledger.client;

/** Whoever sends calls in a {@link ModelWorld}, and waits for metadata. */
interface ModelActor {
    boolean ended();

    /** Whether the answer to {@code call} cannot matter any more, according to what the actor has asked for since. */
    boolean pastCaring(ModelCall call);
}
