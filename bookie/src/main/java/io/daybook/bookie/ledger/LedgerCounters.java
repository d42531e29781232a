package io.daybook.bookie.ledger;

/** What happened to the ledgers of one loop; plain fields of that loop. */
public final class LedgerCounters {
    long conflictingCopies;
    long damagedReads;
    long stalledAdds;

    /** Adds refused because another payload is stored under the same id (R19). */
    public long conflictingCopies() {
        return conflictingCopies;
    }

    /** Reads that met bytes which could not be read or failed their checksum (R29). */
    public long damagedReads() {
        return damagedReads;
    }

    /** Adds that had to wait for room in the write cache. */
    public long stalledAdds() {
        return stalledAdds;
    }
}
