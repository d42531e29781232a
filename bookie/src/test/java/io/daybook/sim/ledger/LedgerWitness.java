package io.daybook.sim.ledger;

import io.daybook.base.seam.MetaStore;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.Replication;
import io.daybook.ledger.metadata.LedgerMetadataFormat;
import io.daybook.ledger.metadata.LedgerTree;
import io.daybook.sim.SimWorld;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees all of a simulated cluster at once and holds the invariants of docs/protocol.md against it, after each event and at each
 * acknowledgement; a violation ends the run.
 */
final class LedgerWitness implements SimWorld.Observer {
    private static final String WRITER = "writer";

    private final SimWorld world;
    private final String root;
    private final boolean onlyHarm;
    private final Map<BookieId, BookieWitness> bookies = new LinkedHashMap<>();
    private final List<byte[]> payloads = new ArrayList<>(); // entry id -> what the writer gave it

    private @Nullable LedgerId ledger;
    private @Nullable String path;
    private byte @Nullable [] data;
    private int version = -1;
    private long seenChanges = -1;
    private @Nullable LedgerMetadata record;
    private @Nullable LedgerMetadata closed;
    private final Map<String, byte[]> proposals = new LinkedHashMap<>(); // what each client last sent to metadata
    private Moment.Listener moments = (moment, bookie, client) -> {};
    private long acked = -1;
    private LongSupplier confirmedByWriter = () -> -1; // unless acknowledging is the same as confirming
    private long maxLac = -1;

    /** @param onlyHarm whether records may break R8, to see what comes of it */
    LedgerWitness(SimWorld world, String root, boolean onlyHarm) {
        this.world = world;
        this.onlyHarm = onlyHarm;
        this.root = root;
    }

    BookieWitness bookie(BookieId id) {
        return bookies.computeIfAbsent(id, name -> new BookieWitness(name, this));
    }

    /** From now on this ledger is watched. */
    void ledger(LedgerId id) {
        ledger = id;
        path = root + LedgerTree.HIERARCHICAL.path(id);
    }

    boolean watches(long ledgerId) {
        return ledger != null && ledger.value() == ledgerId;
    }

    /** {@code listener} is told of the moments of this run from now on. */
    void onMoment(Moment.Listener listener) {
        moments = listener;
    }

    /** Something happened at {@code bookie}, or between {@code client} and metadata. */
    void moment(Moment moment, String bookie, String client) {
        moments.reached(moment, bookie, client);
    }

    /** The record with which the ledger was closed, null before. */
    @Nullable
    LedgerMetadata closed() {
        return closed;
    }

    long acked() {
        return acked;
    }

    // ---- what the writer gives and is told

    /** The writer's next entry; its id is what the call order says (R40). */
    void appended(byte[] payload) {
        payloads.add(payload);
    }

    /** The writer was told that {@code id} is stored. */
    void acknowledged(long id) {
        if (id != acked + 1) {
            broken("I10", "entry %d was acknowledged after entry %d", id, acked);
        }
        acked = id;
        LedgerMetadata end = closed;
        if (end != null && id > end.lastEntry()) {
            broken("I12", "entry %d was acknowledged after the ledger was closed at %d", id, end.lastEntry());
        }
        LedgerMetadata now = record;
        if (now != null) {
            copies(now, id, "I7", "when it was acknowledged");
        }
    }

    /** From now on what the writer confirms is told by {@code lastAddConfirmed}, since it acknowledges before it confirms (R106). */
    void follow(LongSupplier lastAddConfirmed) {
        confirmedByWriter = lastAddConfirmed;
    }

    /** Takes note of what the writer has confirmed since. */
    void catchUp() {
        long confirmed = confirmedByWriter.getAsLong();
        while (acked < confirmed) {
            acknowledged(acked + 1);
        }
    }

    /** Somebody stores, or was told, that {@code lac} is confirmed. */
    void confirmed(long lac, String where) {
        if (lac > maxLac) {
            maxLac = lac;
            LedgerMetadata end = closed;
            if (end != null && lac > end.lastEntry()) {
                broken(
                        "I6",
                        "%s says that %d is confirmed, but the ledger is closed at %d",
                        where,
                        lac,
                        end.lastEntry());
            }
        }
    }

    /** Somebody read entry {@code id}. */
    void read(long id, byte[] payload, String who) {
        LedgerMetadata end = closed;
        if (end != null && id > end.lastEntry()) {
            broken("I18", "%s read entry %d of a ledger closed at %d", who, id, end.lastEntry());
        }
        content(id, payload, who);
    }

    /** Compares a copy with what the writer gave. */
    void content(long id, byte[] payload, String where) {
        if (id >= payloads.size()) {
            broken("I2", "%s has entry %d, but the writer made only %d", where, id, payloads.size());
        }
        if (!Arrays.equals(payload, payloads.get((int) id))) {
            broken("I2", "%s has another payload of entry %d than the writer gave", where, id);
        }
    }

    /** Payload bytes of entries 0 to {@code id}. */
    long length(long id) {
        long sum = 0;
        for (int i = 0; i <= id; i++) {
            sum += payloads.get(i).length;
        }
        return sum;
    }

    // ---- metadata

    /** Whether {@code client} takes over, and asks for an entry beyond all that anybody could know to be confirmed. */
    boolean scans(String client, long entryId) {
        return closed == null
                && entryId > Math.max(maxLac, acked)
                && !client.equals(WRITER)
                && !client.equals("reader");
    }

    /** Whether the record says that {@code bookie} has {@code entryId}. */
    boolean names(BookieId bookie, long entryId) {
        LedgerMetadata now = record;
        return now != null && now.fragmentOf(entryId).bookies().contains(bookie);
    }

    /** Whether the ledger is not sealed, and {@code bookie} is one of those that get its entries. */
    boolean collects(BookieId bookie) {
        LedgerMetadata now = record;
        return now != null && !now.closed() && now.lastFragment().bookies().contains(bookie);
    }

    /** A client sends a new version of a record to metadata. */
    void proposed(String client, String to, byte[] bytes) {
        if (!to.equals(path)) {
            return;
        }
        proposals.put(client, bytes);
        moments.reached(Moment.RECORD_SENT, "", client);
    }

    @Override
    public void afterEvent(SimWorld seen) {
        long changes = world.metadata().changes();
        if (path == null || changes == seenChanges) {
            return;
        }
        seenChanges = changes;
        MetaStore.Node node = world.metadata().node(path);
        if (node == null) {
            throw violation("R8", "the record of the ledger has vanished");
        }
        if (node.version() != version) {
            version = node.version();
            changed(node.data(), LedgerMetadataFormat.decode(node.data(), node.createdMillis()));
        }
    }

    private void changed(byte[] bytes, LedgerMetadata next) {
        catchUp();
        LedgerMetadata before = record;
        byte[] old = data;
        record = next;
        data = bytes;
        String by = proposer(bytes);
        world.note("record", next.state().name(), next.lastFragment().firstEntry(), next.lastEntry());
        if (before != null && !Arrays.equals(old, bytes) && !onlyHarm) {
            Transitions.check(before, next, by.equals(WRITER), acked);
        }
        bookies.values().forEach(BookieWitness::recordChanged);
        if (next.closed() && closed == null) {
            closed = next;
            sealed(next);
        }
        moments.reached(Moment.RECORD_CHANGED, "", by);
    }

    /** Who made the record what it is; the empty word if that cannot be told. */
    private String proposer(byte[] bytes) {
        String found = "";
        for (Map.Entry<String, byte[]> proposal : proposals.entrySet()) {
            if (Arrays.equals(proposal.getValue(), bytes)) {
                if (!found.isEmpty()) {
                    return ""; // two wanted the same
                }
                found = proposal.getKey();
            }
        }
        return found;
    }

    private void sealed(LedgerMetadata end) {
        if (acked > end.lastEntry()) {
            throw violation("I1", "the ledger was closed at %d, but %d was acknowledged", end.lastEntry(), acked);
        }
        if (maxLac > end.lastEntry()) {
            throw violation(
                    "I6", "the ledger was closed at %d, but %d was said to be confirmed", end.lastEntry(), maxLac);
        }
        if (end.lastEntry() >= payloads.size()) {
            throw violation("I4", "closed at %d, but only %d entries were made", end.lastEntry(), payloads.size());
        }
        if (end.length() != length(end.lastEntry())) {
            throw violation("I3", "closed with a length of %d instead of %d", end.length(), length(end.lastEntry()));
        }
        replicated(end, "when the ledger was closed");
    }

    /** Each entry is on the disks of an ack quorum of the bookies that the record names (I5). */
    void replicated(LedgerMetadata end, String when) {
        for (long id = 0; id <= end.lastEntry(); id++) {
            copies(end, id, "I5", when);
        }
    }

    private void copies(LedgerMetadata by, long id, String invariant, String when) {
        Replication replication = by.replication();
        List<BookieId> ensemble = by.fragmentOf(id).bookies();
        int found = 0;
        for (int i = 0; i < replication.writeQuorum(); i++) {
            BookieWitness bookie = bookies.get(ensemble.get(replication.slot(id, i)));
            if (bookie != null && !bookie.transparent()) {
                return; // what is on a simulated disk only a crash can tell
            }
            if (bookie != null && bookie.durable(ledgerId(), id)) {
                found++;
            }
        }
        if (found < replication.ackQuorum()) {
            broken(
                    invariant,
                    "entry %d was on %d disks of its write set %s, replication %s, fragments %s",
                    id,
                    found,
                    when,
                    replication,
                    by.fragments());
        }
    }

    long ledgerId() {
        return ledger == null ? -1 : ledger.value();
    }

    /** Ends the run; also out of callbacks whose exceptions would get lost. */
    void broken(String invariant, String sentence, Object... args) {
        AssertionError violation = violation(invariant, sentence, args);
        world.fail(violation.getMessage(), violation);
        throw violation;
    }

    /** Ends the run with something that should not have happened, whichever invariant it belongs to. */
    void failed(String sentence, @Nullable Throwable cause) {
        world.fail(sentence, cause);
    }

    static AssertionError violation(String invariant, String sentence, Object... args) {
        return new AssertionError(invariant + " is broken: " + sentence.formatted(args));
    }
}
