package io.daybook.sim.ledger;

import io.daybook.ledger.BookieId;
import io.daybook.ledger.protocol.Status;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What one bookie has said and done about the watched ledger, in all its lives (I8, I9, I13). */
final class BookieWitness {
    private final BookieId id;
    private final LedgerWitness witness;
    private final Set<Long> put = new TreeSet<>(); // entries that were ever visible to reads
    private final Set<Long> recovered = new TreeSet<>(); // entries somebody asked to add past the fence
    private final Set<Long> denied = new TreeSet<>(); // entries a fencing read was told to be absent
    private final Set<Long> acked = new TreeSet<>(); // entries whose adds it has answered with success
    private final Set<Long> lost = new TreeSet<>(); // of those, the ones whose copies it lost since
    private boolean fenced; // a fencing request was answered for certain
    private boolean forgetful;
    private boolean garbled;
    private MemoryDurableLog.@Nullable Platter platter;

    BookieWitness(BookieId id, LedgerWitness witness) {
        this.id = id;
        this.witness = witness;
    }

    /**
     * Copies that were synced here are lost: what nobody can ask of a bookie is that it has them (I5). It must doubt what it may have acknowledged
     * (I13) where metadata names it; of what a recovery gave it that has not been closed yet, it cannot know (R80).
     */
    void forgot() {
        forgetful = true;
        acked.removeIf(entryId -> !witness.names(id, entryId));
        lost.addAll(acked);
    }

    /**
     * The record of the ledger is another one. Where it names the bookie no more, nobody counts any longer what the bookie acknowledged before (R42, R46 step
     * 6), also should it be named again later; and once it has forgotten its copies it cannot learn that it ever had them (R80).
     */
    void recordChanged() {
        acked.removeIf(entryId -> lost.contains(entryId) && !witness.names(id, entryId));
        lost.retainAll(acked);
    }

    /** Whether what the bookie sends of entries is spoilt on its way. */
    void garbled(boolean on) {
        garbled = on;
    }

    boolean garbled() {
        return garbled;
    }

    boolean forgetful() {
        return forgetful;
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

    /** The answer to an add leaves. */
    void answersAdd(long ledgerId, long entryId, Status status) {
        if (witness.watches(ledgerId) && status == Status.OK) {
            acked.add(entryId);
            lost.remove(entryId);
        }
    }

    /** Whether an add of this entry was answered with success. */
    boolean acknowledged(long ledgerId, long entryId) {
        return witness.watches(ledgerId) && acked.contains(entryId);
    }

    /** Whether a read can only be one of a recovery that looks for the end: it is to fence, whether it says so or not (R50). */
    boolean scans(String client, long ledgerId, long entryId) {
        return witness.watches(ledgerId) && witness.scans(client, entryId);
    }

    /**
     * The answer to a read leaves.
     *
     * @param fencing whether the asker relies on the fence
     * @param entryId −1 asks for the last entry
     * @param held whether the entry had been acknowledged when the request came; later is too late, since the bookie had looked by then
     */
    void answersRead(long ledgerId, long entryId, boolean fencing, boolean held, Status status) {
        if (!witness.watches(ledgerId)) {
            return;
        }
        boolean absent = status.certainNegative();
        if (absent && held) {
            witness.broken("I13", "%s says that it has no entry %d, which it has acknowledged", id, entryId);
        }
        if (fencing && (absent || status == Status.OK)) {
            fenced = true;
        }
        if (fencing && absent && entryId >= 0) {
            denied.add(entryId);
        }
    }

    /** A client makes {@code lac} known without an entry. */
    void explicitLac(long ledgerId, long lac) {
        if (witness.watches(ledgerId)) {
            witness.confirmed(lac, id + " was told that it");
        }
    }

    boolean watches(long ledgerId) {
        return witness.watches(ledgerId);
    }

    void moment(Moment moment, String client) {
        witness.moment(moment, id.toString(), client);
    }

    /** An entry becomes visible to reads. */
    void puts(long ledgerId, long entryId, long lac) {
        if (!witness.watches(ledgerId)) {
            return;
        }
        witness.confirmed(lac, id + " has an entry that");
        boolean first = put.add(entryId);
        if (forgetful && !witness.collects(id)) {
            return; // it forgot its fence, and had no need to doubt a ledger that does not want its entries any more
            // (R80)
        }
        if (denied.contains(entryId) && !recovered.contains(entryId)) {
            witness.broken("I9", "%s has entry %d after it was certain to have none", id, entryId);
        }
        if (first && fenced && !recovered.contains(entryId)) {
            witness.broken("I8", "%s took a normal add of entry %d after it had answered for its fence", id, entryId);
        }
    }
}
