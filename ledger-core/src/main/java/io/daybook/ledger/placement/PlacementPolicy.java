package io.daybook.ledger.placement;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.Replication;
import java.util.List;
import java.util.Map;

/**
 * Chooses bookies for fragments. An implementation is used by one loop at a time and answers inside the call.
 *
 * <p>Whatever the policy: chosen bookies are registered and writable, distinct, and none of {@code excluded} (R5, R46).
 */
public interface PlacementPolicy {

    /**
     * The ensemble of a new ledger.
     *
     * @param excluded bookies not to be used, with the reason in words, such as {@code is quarantined}
     */
    Choice newEnsemble(Replication replication, Candidates candidates, Map<BookieId, String> excluded);

    /**
     * One bookie for each of {@code slots}, in that order, none of them in {@code ensemble}; in an incomplete choice, bookies for some of the slots.
     *
     * @param ensemble the fragment's list as it is, failed slots included
     * @param slots slots that need another bookie, ascending
     * @param excluded bookies not to be used, with the reason in words; members of {@code ensemble} need not be among them
     */
    Choice replacements(
            Replication replication,
            List<BookieId> ensemble,
            List<Integer> slots,
            Candidates candidates,
            Map<BookieId, String> excluded);
}
