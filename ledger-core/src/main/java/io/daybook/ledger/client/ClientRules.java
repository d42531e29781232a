package io.daybook.ledger.client;

/**
 * The rules that the handles of a client keep; only tests ask for others than {@link #SAFE}.
 *
 * @param writer those of writers
 */
record ClientRules(WriterRules writer) {
    static final ClientRules SAFE = new ClientRules(new SafeWriterRules());
}
