package io.daybook.ledger.client;

/**
 * The rules that the handles of a client keep; only tests ask for others than {@link #SAFE}.
 *
 * @param writer those of writers
 * @param recoverer those of recoveries
 */
record ClientRules(WriterRules writer, RecovererRules recoverer) {
    static final ClientRules SAFE = new ClientRules(new SafeWriterRules(), SafeRecovererRules.INSTANCE);

    ClientRules with(WriterRules other) {
        return new ClientRules(other, recoverer);
    }

    ClientRules with(RecovererRules other) {
        return new ClientRules(writer, other);
    }
}
