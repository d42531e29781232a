package io.daybook.sim.ledger;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.Status;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What one bookie has said and done about the watched ledger, in all its lives (I8, I9). */
final class BookieWitness {
    private final BookieId id;
    private final LedgerWitness witness;
    private final Set<Long> put = new TreeSet<>(); // entries that were ever visible to reads
    private final Set<Long> recovered = new TreeSet<>(); // entries somebody asked to add past the fence
    private final Set<Long> denied = new TreeSet<>(); // entries a fencing read was told to be absent
    private boolean fenced; // a fencing request was answered for certain
    private MemoryDurableLog.@Nullable Platter platter;

    BookieWitness(BookieId id, LedgerWitness witness) {
        this.id = id;
        this.witness = witness;
    }

    void disk(MemoryDurableLog.Platter disk) {
        platter = disk;
    }

    /** Whether {@link #durable} can tell. */
    boolean transparent() {
        return platter != null;
    }

    boolean durable(long ledgerId, long entryId) {
        return platter != null && platter.holds(ledgerId, entryId);
    }

    /** A recovery add arrived. */
    void recoveryAdd(long ledgerId, long entryId) {
        if (witness.watches(ledgerId)) {
            recovered.add(entryId);
        }
    }

    /** The answer to a fencing read leaves. */
    void answersFence(long ledgerId, long entryId, Status status) {
        if (!witness.watches(ledgerId)) {
            return;
        }
        if (status == Status.OK || status.certainNegative()) {
            fenced = true;
        }
        if (status.certainNegative() && entryId >= 0) {
            denied.add(entryId);
        }
    }

    /** An entry becomes visible to reads. */
    void puts(long ledgerId, long entryId, long lac) {
        if (!witness.watches(ledgerId)) {
            return;
        }
        boolean first = put.add(entryId);
        if (denied.contains(entryId) && !recovered.contains(entryId)) {
            witness.broken("I9", "%s has entry %d after it was certain to have none", id, entryId);
        }
        if (first && fenced && !recovered.contains(entryId)) {
            witness.broken("I8", "%s took a normal add of entry %d after it had answered for its fence", id, entryId);
        }
        witness.confirmed(lac, id + " has an entry that");
    }
}
