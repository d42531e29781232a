package io.daybook.bookie;

import org.jspecify.annotations.Nullable;

/**
 * What a bookie keeps of a ledger beside its entries. Byte arrays are not to be changed.
 *
 * @param masterKey key record made at first touch, see docs/formats/key-record.md; null until then
 * @param fenced no normal add is accepted any more (R24, R26)
 * @param limbo entries or fences may have been lost here: absence proves nothing (R81)
 * @param explicitLac highest LAC packet received, null if none
 * @param lastEntry highest entry id stored, −1 if none
 * @param maxLac highest last confirmed id seen in stored entries or packets, −1 if none (R30)
 */
public record StoredLedger(
        byte @Nullable [] masterKey,
        boolean fenced,
        boolean limbo,
        byte @Nullable [] explicitLac,
        long lastEntry,
        long maxLac) {

    /** The same ledger after a loss (R81). */
    public StoredLedger inLimbo() {
        return new StoredLedger(masterKey, fenced, true, explicitLac, lastEntry, maxLac);
    }

    /** A ledger of which nothing is known yet. */
    public static final StoredLedger UNSEEN = new StoredLedger(null, false, false, null, -1, -1);
}
