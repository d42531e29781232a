package io.daybook.ledger.client;

import io.daybook.ledger.Replication;

/**
 * How large a {@link ModelWorld} is.
 *
 * @param bookies all of them registered; those that the first ensemble does not need can step in
 * @param entries the writer has so many, and may have handed in any number of them when something happens
 * @param ghost whether the writer has handed all of them in and died, with everything still on the wires; what it might have been told had it lived, counts
 *     as told: the crash of a writer at any moment
 * @param closes whether the writer may close
 * @param recoverers may begin at any moment
 * @param window entries a recoverer reads ahead and writes back at most
 * @param failures calls that time out, before or after they were executed
 * @param onlyAddsFail whether all of these are calls of the writer
 * @param crashes processes that end: the writer, a recoverer, or a bookie, which stays down until all is healed
 */
record ModelShape(
        Replication replication,
        int bookies,
        int entries,
        boolean ghost,
        boolean closes,
        int recoverers,
        int window,
        int failures,
        boolean onlyAddsFail,
        int crashes) {

    /** Whether bookies may change names: each has the same part in every entry, the machines read entries one at a time, and nobody is ever replaced. */
    boolean bookiesAlike() {
        return ghost && window == 1 && bookies == replication.ensemble() && bookies == replication.writeQuorum();
    }

    /** Whether every call of a recoverer is answered in the end. */
    boolean recoverersUntroubled() {
        return crashes == 0 && (failures == 0 || onlyAddsFail);
    }
}
