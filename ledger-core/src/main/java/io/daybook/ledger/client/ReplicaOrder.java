package io.daybook.ledger.client;

import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.Replication;

/**
 * In which order the bookies that should have an entry are asked for it: those that failed or were slow lately come last, and of the others each run of
 * consecutive entries, some megabytes, prefers the same ones, so that one disk reads on while others rest. Belongs to the reader's loop.
 */
final class ReplicaOrder {
    /** Bytes of consecutive entries that prefer the same replica. */
    private static final long RUN_BYTES = 4 << 20;

    private final LedgerId ledger;
    private final Replication replication;
    private final ClientLoop home;
    private long entryBytes = 1024; // what entries weigh lately

    ReplicaOrder(LedgerId ledger, Replication replication, ClientLoop home) {
        this.ledger = ledger;
        this.replication = replication;
        this.home = home;
    }

    /** An answer brought {@code entries}, at least one, of {@code bytes} together. */
    void onArrival(long bytes, int entries) {
        entryBytes = (entryBytes * 7 + bytes / entries) / 8;
    }

    /** The slots of {@code fragment} that should have {@code entry}, the best first. */
    int[] of(Fragment fragment, long entry) {
        int copies = replication.writeQuorum();
        int[] order = new int[copies];
        int preferred = preferred(entry);
        int good = 0;
        int bad = copies;
        for (int i = 0; i < copies; i++) {
            int slot = replication.slot(entry, (preferred + i) % copies);
            if (home.slow().holds(fragment.bookies().get(slot))) {
                order[--bad] = slot;
            } else {
                order[good++] = slot;
            }
        }
        return order;
    }

    /**
     * Which copy of an entry is asked for first. In each run of entries as few bookies as have them all are asked: one, or in a striped ledger every one that is
     * the last of a write quorum's number of neighbours, which holds the entries of all of these. The next run is for others.
     */
    private int preferred(long entry) {
        int ensemble = replication.ensemble();
        int copies = replication.writeQuorum();
        long perRun = Math.max(16, Long.highestOneBit(Math.max(1, RUN_BYTES / Math.max(1, entryBytes))));
        long run = ledger.value() + entry / perRun;
        int behind = (int) Math.floorMod(entry - run, (long) ensemble); // the run begins with slot run mod E
        if (copies == ensemble) {
            return (int) Math.floorMod(run - entry, (long) ensemble);
        }
        return copies - 1 - behind % copies;
    }
}
