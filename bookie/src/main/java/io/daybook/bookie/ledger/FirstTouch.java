package io.daybook.bookie.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.DigestType;
import org.jspecify.annotations.Nullable;

/**
 * Looks a ledger up in the cluster's metadata before this bookie makes a record of it (R65a), so that neither a late writer of a deleted
 * ledger nor a stranger creates state here (R117).
 */
public interface FirstTouch {

    /** Believes whoever comes first, as stock bookies do. */
    FirstTouch OFF = (ledgerId, owner) -> {
        Promise<@Nullable Facts> facts = owner.promise();
        facts.complete(new Facts(true, true, null, null));
        return facts;
    };

    /**
     * One linearizable read of the ledger's record. Completes on {@code owner}, with null if there is no such ledger; fails if metadata
     * cannot be asked.
     */
    Promise<@Nullable Facts> read(long ledgerId, Loop owner);

    /**
     * What the record says.
     *
     * @param open whether the ledger's writer may still write
     * @param here whether the last fragment names this bookie
     * @param masterKey access key made from the record's password; null if unknown
     * @param digest how entries are protected; null if unknown
     */
    record Facts(
            boolean open,
            boolean here,
            byte @Nullable [] masterKey,
            @Nullable DigestType digest) {}
}
