package io.daybook.bookie.ledger;

import io.daybook.base.exec.Futures;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.EntryStore;
import io.daybook.bookie.StoredLedger;
import io.daybook.ledger.DigestType;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ledger seen from its bookie: who may write, whether it is fenced, how far it is confirmed, who waits.
 *
 * <p><b>Threads.</b> Everything happens on the loop that owns the ledger's id, and a bookie has one such object per ledger ({@link
 * LedgerRegistry}). Looking at the fence and putting an entry where reads see it is one step there (R15).
 *
 * <p><b>Answers.</b> Each request is answered exactly once, on that loop: adds when the entry and the ledger's key are durable (R16),
 * fences when the fence is (R24). While the ledger is being loaded, or looked up in metadata for the first time (R65a), requests wait in
 * a bounded queue. The ways of adds and reads are in {@link Adds} and {@link Reads}; the state they go by is here.
 */
public final class HostedLedger {
    private static final Logger LOG = LoggerFactory.getLogger(HostedLedger.class);
    private static final long POLL_TIMEOUT_MAX_MILLIS = TimeUnit.HOURS.toMillis(1);

    private final long id;
    private final LedgerRegistry home;

    private @Nullable KeyRecord key; // null until somebody gave the ledger one
    private byte @Nullable []
            knownKey; // the key itself, once a request had it: spares hashing; ledgers with the same one share it
    private @Nullable DigestType digest; // of the key record
    private boolean fenced;
    private boolean limbo;
    private boolean deleted;
    private long lastEntry = -1;
    private long maxLac = -1;
    private DurableFact keyFact = new DurableFact(false);
    private DurableFact fenceFact = new DurableFact(false);
    private @Nullable LacPackets lacPackets; // null until the first packet
    private @Nullable ParkedPolls polls; // null until the first wait
    private @Nullable Touches touches; // null until a request came for a ledger without key

    private @Nullable Backlog backlog = new Backlog(); // null once the ledger is loaded
    private int pending; // steps under way that will come back to this object
    private boolean dropped; // no longer in charge
    private boolean used; // since the registry last looked for idle ledgers

    HostedLedger(long id, LedgerRegistry home) {
        this.id = id;
        this.home = home;
    }

    // ---- requests

    /** Stores an entry (R14 to R22). */
    public void add(AddCall call) {
        call.at(this);
        if (backlog == null) {
            home.adds().begin(this, call);
        } else {
            backlog.add(() -> home.adds().begin(this, call), call::refuse);
        }
    }

    /** Stores entries that came together; each is judged as {@link #add} would (R14 to R22). */
    public void addAll(AddGroup group) {
        if (backlog == null) {
            home.adds().groups().begin(this, group);
        } else {
            backlog.add(() -> home.adds().groups().begin(this, group), group::refuse);
        }
    }

    /**
     * Looks for an entry; −1 is the highest id stored.
     *
     * @param fencing whether this is the look of a fencing request: then the lack of any entry is an answer even in limbo (R81)
     */
    public void read(long entryId, boolean fencing, EntryAnswer answer) {
        if (backlog == null) {
            home.reads().entry(this, entryId, fencing, answer);
            settle();
        } else {
            backlog.add(
                    () -> home.reads().entry(this, entryId, fencing, answer), status -> answer.failed(this, status));
        }
    }

    /** Looks for consecutive entries from {@code first} (0 or more); see {@link EntryStore#readBatch}. */
    public void readBatch(long first, int countMax, long bytesMax, BatchAnswer answer) {
        whenLoaded(() -> home.reads().batch(this, first, countMax, bytesMax, answer), answer::failed);
    }

    /** Looks for entries {@code first} (0 or more), {@code first + stride}, …; see {@link EntryStore#readRecords}. */
    public void readRecords(long first, int stride, int countMax, long bytesMax, RecordsAnswer answer) {
        whenLoaded(() -> home.reads().records(this, first, stride, countMax, bytesMax, answer), answer::failed);
    }

    /** Ends normal adds for good, then lets the asker look (R23 to R26). */
    public void fence(byte[] askersKey, FenceAnswer answer) {
        whenLoaded(() -> tryFence(askersKey, answer), answer::refused);
    }

    /**
     * Waits until an id above {@code previousLac} is confirmed, the ledger becomes fenced, or the time has passed (R63a).
     *
     * @param timeoutMillis 0 or less: no waiting
     * @param asker whose wait it is; see {@link LedgerRegistry#abandon}
     */
    public void poll(long previousLac, long timeoutMillis, Object asker, PollAnswer answer) {
        whenLoaded(() -> tryPoll(previousLac, timeoutMillis, asker, answer), answer::refused);
    }

    /** Makes {@code lac} known without an entry (R63b). {@code packet} is what readers will be given, not to be changed. */
    public void writeLac(byte[] askersKey, long lac, byte[] packet, StatusAnswer answer) {
        whenLoaded(() -> tryWriteLac(askersKey, lac, packet, answer), answer);
    }

    /**
     * The ledger was deleted: from now on adds are told that it is fenced, all else that there is no such ledger, for good (R65). Answered OK once that is
     * durable, or NO_SUCH_LEDGER, with nothing kept, if nothing of it is here.
     */
    public void bury(StatusAnswer answer) {
        whenLoaded(() -> tryBury(answer), answer);
    }

    /** Which entries are here, in ascending order. */
    public void list(ListAnswer answer) {
        whenLoaded(() -> home.reads().ids(this, answer), status -> answer.done(status, null));
    }

    /** Told which entries a ledger has. */
    @FunctionalInterface
    public interface ListAnswer {

        /** {@code ids} is null unless {@code status} is OK. */
        void done(Status status, long @Nullable [] ids);
    }

    // ---- what is known, for askers

    public long id() {
        return id;
    }

    /** Highest last confirmed id known here (R30), −1 if none. */
    public long maxLac() {
        return maxLac;
    }

    /** The packet of the highest explicit last confirmed id, null if none came; not to be changed. */
    public byte @Nullable [] lacPacket() {
        return lacPackets == null ? null : lacPackets.highest();
    }

    /** Whether this bookie has anything of the ledger. */
    boolean known() {
        return key != null || fenced || limbo || deleted || lastEntry >= 0;
    }

    /** Whether the ledger was deleted (R65). */
    boolean deleted() {
        return deleted;
    }

    /** Whether requests that need the ledger are told that there is none. */
    boolean absent() {
        return deleted || !known();
    }

    boolean fenced() {
        return fenced;
    }

    boolean limbo() {
        return limbo;
    }

    /** Highest entry id put here, −1 if none. */
    long lastEntry() {
        return lastEntry;
    }

    // ---- key

    boolean hasKey() {
        return key != null;
    }

    /** Whether {@code askersKey} is the ledger's, compared in constant time (R115). */
    boolean opens(byte[] askersKey) {
        if (knownKey != null) {
            return MessageDigest.isEqual(knownKey, askersKey);
        }
        if (key != null && key.matches(id, askersKey)) {
            knownKey = home.shared(askersKey);
            return true;
        }
        return false;
    }

    /** How entries are protected; null where the ledger's metadata was not read. */
    @Nullable
    DigestType digest() {
        return digest;
    }

    /** Requests that wait for the first look at the ledger's metadata. */
    Touches touches() {
        if (touches == null) {
            touches = new Touches(this, home);
        }
        return touches;
    }

    /** Takes the first key that may have the ledger; later ones are compared with it. */
    void adopt(byte[] askersKey, @Nullable DigestType ofEntries) {
        if (key == null) {
            key = KeyRecord.of(id, askersKey, ofEntries);
            digest = ofEntries;
            knownKey = home.shared(askersKey);
            saveState();
        }
    }

    /** Sees to it that the key is in the journal before whatever is appended next. */
    void logKey() {
        KeyRecord record = key;
        if (record != null && keyFact.start()) {
            append(DurableLog.Kind.KEY, record.encoded(), keyFact::done);
        }
    }

    /** What to answer for a record that was appended after the key: without the key on disk it is as good as not there (R16). */
    Status durably(@Nullable BookieException failure) {
        return failure != null ? Failures.status(failure) : keyFact.durable() ? Status.OK : Status.BUSY;
    }

    // ---- fence

    /** Whether the outcome of a fencing look is kept back until the fence is durable (R24). */
    public boolean waitsForFence(Status looked) {
        return !looked.certainNegative() || home.rules().negativeWaitsForFence();
    }

    private void tryFence(byte[] askersKey, FenceAnswer answer) {
        if (deleted) {
            answer.refused(Status.NO_SUCH_LEDGER);
            return;
        }
        if (!known() && !home.rules().fencesUnknownLedger()) {
            answer.set(this);
            answer.durable(Status.OK);
            return;
        }
        if (!known()) {
            home.reached(BookieMark.FENCE_OF_UNKNOWN);
        }
        if (key == null) {
            touches().ask(Touches.other(askersKey, () -> tryFence(askersKey, answer), answer::refused));
            return;
        }
        if (!opens(askersKey)) {
            answer.refused(Status.UNAUTHORIZED);
            return;
        }
        if (limbo) {
            home.reached(BookieMark.FENCE_IN_LIMBO);
        }
        if (!fenced) {
            fenced = true;
            saveState();
            if (polls != null) {
                polls.fenced();
            }
        }
        began(); // before the asker looks: this object must stay in charge
        answer.set(this);
        logKey();
        boolean again = fenceFact.durable();
        boolean first = fenceFact.start();
        home.reached(first ? BookieMark.FENCE_SET : again ? BookieMark.FENCE_AGAIN : BookieMark.FENCE_JOINED);
        fenceFact.await(failure -> {
            if (failure != null) {
                fenceSettled(answer, failure);
            } else {
                keyFact.await(keyFailure -> fenceSettled(answer, keyFailure));
            }
        });
        if (first && home.rules().journalsFence()) {
            append(DurableLog.Kind.FENCE, null, fenceFact::done);
        } else if (first) {
            fenceFact.done(null);
        }
    }

    private void fenceSettled(FenceAnswer answer, @Nullable BookieException failure) {
        if (failure != null) {
            home.reached(BookieMark.FENCE_NOT_DURABLE);
        }
        answer.durable(failure == null ? Status.OK : Failures.status(failure));
        ended();
    }

    // ---- deletion

    private void tryBury(StatusAnswer answer) {
        if (!known()) {
            answer.done(Status.NO_SUCH_LEDGER);
            return;
        }
        if (!deleted) {
            deleted = true;
            key = null;
            digest = null;
            knownKey = null;
            keyFact = new DurableFact(false);
            saveState();
            if (polls != null) {
                polls.fenced();
            }
        }
        began();
        boolean first = keyFact.start();
        keyFact.await(failure -> {
            answer.done(failure == null ? Status.OK : Failures.status(failure));
            ended();
        });
        if (first) {
            append(DurableLog.Kind.KEY, KeyRecord.tombstone(), keyFact::done);
        }
    }

    // ---- last confirmed

    /** An entry was put. */
    void stored(long entryId) {
        lastEntry = Math.max(lastEntry, entryId);
    }

    /** An entry or a packet says that {@code lac} is confirmed. */
    void raise(long lac) {
        if (lac > maxLac) {
            maxLac = lac;
            if (polls != null && !polls.isEmpty()) {
                polls.raised(lac, home.loop().clock().millis());
            }
        }
    }

    private void tryPoll(long previousLac, long timeoutMillis, Object asker, PollAnswer answer) {
        if (absent()) {
            answer.refused(Status.NO_SUCH_LEDGER);
            return;
        }
        if (maxLac > previousLac || timeoutMillis <= 0) {
            answer.due(this, PollAnswer.NO_UPDATE);
            return;
        }
        if (polls == null) {
            polls = new ParkedPolls(this, home.polls(), home.loop());
        }
        home.reached(BookieMark.POLL_PARKED);
        long millis = Math.min(timeoutMillis, POLL_TIMEOUT_MAX_MILLIS);
        polls.park(previousLac, TimeUnit.MILLISECONDS.toNanos(millis), asker, answer);
    }

    private void tryWriteLac(byte[] askersKey, long lac, byte[] packet, StatusAnswer answer) {
        if (deleted) {
            answer.done(Status.NO_SUCH_LEDGER);
            return;
        }
        if (home.gate().readOnly()) {
            answer.done(Status.READ_ONLY);
            return;
        }
        if (key == null) {
            touches().ask(Touches.other(askersKey, () -> tryWriteLac(askersKey, lac, packet, answer), answer));
            return;
        }
        if (!opens(askersKey)) {
            answer.done(Status.UNAUTHORIZED);
            return;
        }
        if (lacPackets == null) {
            lacPackets = new LacPackets(this, home.lacQueue());
        }
        if (lacPackets.offer(lac, packet, answer)) {
            home.reached(BookieMark.LAC_RAISED);
            saveState();
            raise(lac);
        }
    }

    /** Appends the highest packet for those who wait for it to be durable. */
    void logLac(LacPackets packets) {
        logKey();
        LacPackets.Round round = packets.begin();
        append(DurableLog.Kind.LAC, round.packet(), failure -> round.done(durably(failure)));
    }

    // ---- life

    void reached(BookieMark mark) {
        home.reached(mark);
    }

    BookieRules rules() {
        return home.rules();
    }

    private void append(DurableLog.Kind kind, byte @Nullable [] payload, DurableLog.Completion completion) {
        began();
        home.log()
                .append(
                        kind,
                        id,
                        -1,
                        payload == null ? null : Unpooled.wrappedBuffer(payload),
                        home.loop(),
                        failure -> {
                            completion.done(failure);
                            ended();
                        });
    }

    private byte @Nullable [] keyRecord() {
        return deleted ? KeyRecord.tombstone() : key == null ? null : key.encoded();
    }

    private void saveState() {
        StoredLedger state = new StoredLedger(keyRecord(), fenced, limbo, lacPacket(), lastEntry, maxLac);
        home.store().putState(id, state, home.loop());
    }

    /** Fetches what the store knows, then lets those go on who asked meanwhile. */
    void load() {
        began();
        Futures.whenDone(home.store().load(id, home.loop()), home.loop(), (stored, failure) -> {
            Status broken = failure != null ? Failures.status(failure) : restore(stored);
            Backlog asked = backlog;
            backlog = null;
            pending--;
            if (broken != null) {
                LOG.error("what is kept of a ledger cannot be read, its requests are refused ledger={}", id, failure);
                drop(); // the next request tries again
            }
            if (asked != null && !asked.isEmpty()) {
                asked.settle(broken);
                settle(); // with nobody asked yet, the request is still to come within this task
            }
        });
    }

    /** Takes over what the store knows; if that is damaged, the status to refuse with. */
    private @Nullable Status restore(@Nullable StoredLedger stored) {
        if (stored == null) {
            return null;
        }
        if (stored.masterKey() != null && KeyRecord.isTombstone(stored.masterKey())) {
            deleted = true;
            keyFact = new DurableFact(true);
        } else if (stored.masterKey() != null) {
            try {
                key = KeyRecord.decode(id, stored.masterKey());
                digest = key.digest();
            } catch (BookieException.Damaged damaged) {
                LOG.error("{}", damaged.getMessage());
                return Status.IO_ERROR;
            }
            keyFact = new DurableFact(true);
        }
        fenced = stored.fenced();
        fenceFact = new DurableFact(fenced);
        limbo = stored.limbo();
        lastEntry = stored.lastEntry();
        maxLac = stored.maxLac();
        if (stored.explicitLac() != null) {
            lacPackets = LacPackets.restored(this, home.lacQueue(), stored.explicitLac());
            maxLac = Math.max(maxLac, lacPackets.lac());
        }
        return null;
    }

    /** Whether the object may be forgotten and made again from what is stored: nothing under way, nothing that only memory knows. */
    boolean idle() {
        return backlog == null
                && pending == 0
                && ((key == null && !deleted) || keyFact.durable())
                && (!fenced || fenceFact.durable())
                && (polls == null || polls.isEmpty())
                && (lacPackets == null || lacPackets.durable());
    }

    /** Says whether the ledger was asked for since the last call. */
    boolean wasUsed(boolean from) {
        boolean was = used;
        used = from;
        return was;
    }

    /** A step began that will come back to this object. */
    void began() {
        pending++;
    }

    void ended() {
        pending--;
        settle();
    }

    /** After each step: an object made for a ledger of which nothing is here must not stay (R117). */
    void settle() {
        if (pending == 0 && backlog == null && !known()) {
            drop();
        }
    }

    private void drop() {
        if (!dropped) {
            dropped = true;
            home.drop(this);
        }
    }

    private void whenLoaded(Runnable go, StatusAnswer refused) {
        if (backlog == null) {
            go.run();
            settle();
        } else {
            backlog.add(go, refused);
        }
    }
}
