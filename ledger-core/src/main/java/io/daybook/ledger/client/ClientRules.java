package io.daybook.ledger.client;

import io.daybook.base.seam.Probe;

/**
 * The rules that the handles of a client keep, and who watches them do; only tests ask for others than {@link #SAFE}.
 *
 * @param writer those of writers
 * @param recoverer those of recoveries
 * @param probe told which branches they take, and asked for rare choices
 */
record ClientRules(WriterRules writer, RecovererRules recoverer, Probe probe) {
    static final ClientRules SAFE = new ClientRules(new SafeWriterRules(), SafeRecovererRules.INSTANCE, Probe.NONE);

    ClientRules with(WriterRules other) {
        return new ClientRules(other, recoverer, probe);
    }

    ClientRules with(RecovererRules other) {
        return new ClientRules(writer, other, probe);
    }

    ClientRules with(Probe other) {
        return new ClientRules(writer, recoverer, other);
    }
}
