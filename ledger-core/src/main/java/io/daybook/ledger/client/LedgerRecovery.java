package io.daybook.ledger.client;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.base.error.Check;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes a ledger over from its writer and seals it, as a state machine: events in, {@link Effects} out; no I/O, no clock, no threads (R95).
 *
 * <p>Claims the ledger in metadata, fences the bookies of the last fragment, reads on from the highest confirmed entry, writes what it finds
 * back to a whole write set, and seals (R48). Every step may be repeated, by this recoverer or another one; only the last write counts
 * (R54, R55). Replies that belong to an earlier attempt are dropped.
 *
 * <p>What it reads always comes from the fragment it found at the start; bookies it replaces on the way are known to nobody before the
 * ledger is closed (R52).
 */
final class LedgerRecovery {
    /** How long slow bookies may still raise the starting point once enough are fenced. */
    private static final Duration FENCE_GRACE = Duration.ofMillis(200);

    /** How long a slow bookie may still contradict that the end is reached (R53). */
    private static final Duration ABSENCE_GRACE = Duration.ofSeconds(1);

    /** Entries read ahead and being written back, at most. */
    private static final int WINDOW = 64;

    /** Bytes of entries read ahead and being written back, judged by the largest one seen; one entry always fits. */
    private static final long WINDOW_BYTES = 32 << 20;

    /** Entries read ahead before any size is known. */
    private static final int WINDOW_AT_FIRST = 4;

    private static final int ATTEMPTS_MAX = 16; // each failure is another recoverer's or repairer's success

    private final LedgerId ledger;
    private final RecovererRules rules;
    private final Effects effects;
    private final DecisionTrace trace;

    private Phase phase = Phase.CLAIMING;
    private int attempt;
    private @Nullable LedgerMetadata record; // as last read or written
    private int version;
    private @Nullable LedgerMetadata proposal; // being committed
    private @Nullable Attempt current;

    LedgerRecovery(LedgerId ledger, RecovererRules rules, Effects effects, DecisionTrace trace) {
        this.ledger = ledger;
        this.rules = rules;
        this.effects = effects;
        this.trace = trace;
    }

    boolean done() {
        return phase == Phase.DONE;
    }

    /** The last entry whose write-back is finished; −1 before anything is. */
    long finished() {
        Attempt at = current;
        return at == null ? -1 : at.window.first() - 1;
    }

    // ---- metadata events

    /** Begins, or begins again, from the ledger's record. */
    void onRecord(LedgerMetadata found, int foundVersion) {
        if (phase == Phase.DONE) {
            return;
        }
        record = found;
        version = foundVersion;
        switch (found.state()) {
            case CLOSED -> finish(found, foundVersion);
            case IN_RECOVERY -> fence(found);
            case OPEN -> {
                phase = Phase.CLAIMING;
                trace.note("claiming version %s, last fragment %s", foundVersion, found.lastFragment());
                commit(found.withState(LedgerState.IN_RECOVERY), foundVersion);
            }
        }
    }

    /** The conditional write happened. */
    void onCommitted(int newVersion) {
        LedgerMetadata committed = proposal;
        if (phase == Phase.DONE || committed == null) {
            return;
        }
        proposal = null;
        record = committed;
        version = newVersion;
        if (phase == Phase.SCANNING) {
            onPublished();
        } else if (phase == Phase.CLAIMING) {
            fence(committed); // what this write produced, not what was read before it
        } else {
            trace.note("closed at entry %s, %s bytes", committed.lastEntry(), committed.length());
            finish(committed, newVersion);
        }
    }

    /** The conditional write did not happen: the record is {@code found}. */
    void onConflict(LedgerMetadata found, int foundVersion) {
        if (phase == Phase.DONE || proposal == null) {
            return;
        }
        LedgerMetadata lost = proposal;
        proposal = null;
        Attempt at = current;
        if (phase == Phase.SCANNING && !found.closed()) {
            record = found;
            version = foundVersion;
            onPublished();
        } else if (phase == Phase.CLOSING && rules.sealsBlindly(found)) {
            commit(lost, foundVersion);
        } else if (phase == Phase.CLAIMING || found.closed() || at == null) {
            onRecord(found, foundVersion); // CLOSED: somebody else's end is the end (R55)
        } else if (found.state() == LedgerState.IN_RECOVERY && rules.mayCloseAgain(at.snapshot, found)) {
            record = found;
            version = foundVersion;
            commitClose(at);
        } else if (found.state() == LedgerState.IN_RECOVERY && attempt < ATTEMPTS_MAX) {
            trace.note("the last fragment became %s: starting over", found.lastFragment());
            onRecord(found, foundVersion);
        } else {
            fail(new LedgerException.RecoveryUndecided(
                    "recovery of ledger %s stopped: its record became %s with last fragment %s; try again"
                            .formatted(ledger, found.state(), found.lastFragment()),
                    null));
        }
    }

    /** The record is gone. */
    void onDeleted() {
        fail(new LedgerException.NoSuchLedger("ledger %s was deleted while it was being recovered".formatted(ledger)));
    }

    /** The metadata store failed. */
    void onMetadataRefused(LedgerException why) {
        fail(why);
    }

    /** Stops; the ledger stays as it is (R54). */
    void abandon(LedgerException why) {
        fail(why);
    }

    // ---- fencing

    /** Answer to {@link Effects#fence}. Takes {@code copy} over: the slot's last entry, present with POSITIVE only. */
    void onFenceReply(int ofAttempt, int slot, Evidence evidence, Status status, @Nullable ByteBuf copy) {
        try {
            Attempt at = attempt(ofAttempt);
            if (at == null || at.fences.answered(slot)) {
                return;
            }
            if (evidence == Evidence.FATAL) {
                fail(Refusals.ofRecovery(status, ledger, at.snapshot.bookies().get(slot)));
                return;
            }
            if (copy != null) {
                at.fences.positive(
                        slot, EntryHeader.entryId(copy), EntryHeader.lastAddConfirmed(copy), EntryHeader.length(copy));
            } else if (evidence == Evidence.NEGATIVE) {
                at.fences.negative(slot);
            } else {
                at.fences.unknown(slot);
            }
            onFenced(at);
        } finally {
            if (copy != null) {
                copy.release();
            }
        }
    }

    /** A pause asked for by {@link Effects#pause} is over. */
    void onPauseOver(int ofAttempt, Pause pause, long number) {
        Attempt at = attempt(ofAttempt);
        if (at == null) {
            return;
        }
        switch (pause) {
            case FENCE -> {
                if (phase == Phase.FENCING) {
                    scan(at);
                }
            }
            case ABSENCE -> {
                if (phase == Phase.SCANNING && at.scan.undecided() == number) {
                    at.graceOver = true;
                    decide(at);
                }
            }
            case BUSY -> onBusyPauseOver(at, (int) number);
        }
    }

    private void fence(LedgerMetadata claimed) {
        attempt++;
        drop(current);
        Attempt at = new Attempt(claimed, rules);
        current = at;
        phase = Phase.FENCING;
        trace.note("attempt %s: fencing %s, entries from %s", attempt, at.snapshot.bookies(), at.snapshot.firstEntry());
        for (int slot = 0; slot < at.replication.ensemble(); slot++) {
            effects.fence(attempt, at.snapshot.bookies().get(slot), slot);
        }
    }

    private void onFenced(Attempt at) {
        if (phase != Phase.FENCING) {
            return; // a late one: the start is fixed
        }
        boolean covers = at.fences.covers();
        if (at.fences.allAnswered()) {
            if (covers) {
                scan(at);
            } else {
                fail(new LedgerException.RecoveryUndecided(
                        "ledger %s cannot be recovered now: too few of %s could be fenced (slots %s); try again when more are up"
                                .formatted(ledger, at.snapshot.bookies(), at.fences),
                        null));
            }
        } else if (covers && !at.fenceGrace) {
            at.fenceGrace = true;
            effects.pause(attempt, Pause.FENCE, 0, FENCE_GRACE.toNanos());
        }
    }

    // ---- reading on

    private void scan(Attempt at) {
        long start = rules.start(at.fences.best(), at.snapshot.firstEntry());
        trace.note("slots %s, reading on from entry %s", at.fences, start + 1);
        phase = Phase.SCANNING;
        at.begin(start, (entry, slots) -> {});
        readAhead(at);
    }

    private void readAhead(Attempt at) {
        while (phase == Phase.SCANNING && !at.endKnown) {
            long entry = at.scan.nextToRead();
            if (entry < 0 || entry - at.window.first() >= at.windowEntries()) {
                return;
            }
            at.scan.asked();
            for (int i = 0; i < at.replication.writeQuorum(); i++) {
                int slot = at.replication.slot(entry, i);
                effects.fencingRead(attempt, rules.readFrom(at.snapshot, at.ensemble, slot), slot, entry);
            }
        }
    }

    /** Answer to {@link Effects#fencingRead}. Takes {@code copy} over; present with POSITIVE only. */
    void onReadReply(int ofAttempt, int slot, long entry, Evidence evidence, Status status, @Nullable ByteBuf copy) {
        Attempt at = attempt(ofAttempt);
        if (at == null || phase != Phase.SCANNING || at.endKnown) {
            if (copy != null) {
                copy.release();
            }
            return;
        }
        if (evidence == Evidence.FATAL) {
            fail(Refusals.ofRecovery(status, ledger, at.snapshot.bookies().get(slot)));
            return;
        }
        if (copy != null) {
            at.largest = Math.max(at.largest, copy.readableBytes());
        }
        at.scan.vote(entry, slot, evidence, copy);
        decide(at);
    }

    private void decide(Attempt at) {
        while (phase == Phase.SCANNING && !at.endKnown) {
            long entry = at.scan.undecided();
            switch (at.scan.verdict()) {
                case PRESENT -> {
                    at.graceAsked = false;
                    at.graceOver = false;
                    long foundAt = at.scan.foundAt();
                    writeBack(at, entry, at.scan.takePresent(), foundAt);
                    readAhead(at);
                }
                case ABSENT -> end(at, entry - 1);
                case ABSENT_SO_FAR -> {
                    if (at.graceOver) {
                        end(at, entry - 1);
                    } else {
                        if (!at.graceAsked) {
                            at.graceAsked = true;
                            effects.pause(attempt, Pause.ABSENCE, entry, ABSENCE_GRACE.toNanos());
                        }
                        return;
                    }
                }
                case UNDECIDABLE -> {
                    String votes = at.scan.explained();
                    trace.note("entry %s undecided: %s", entry, votes);
                    fail(new LedgerException.RecoveryUndecided(
                            "ledger %s cannot be recovered now: whether entry %s exists is unknown, %s; try again when more bookies are up"
                                    .formatted(ledger, entry, votes),
                            null));
                }
                case OPEN -> {
                    return;
                }
            }
        }
    }

    private void end(Attempt at, long entry) {
        trace.note("entry %s is certainly absent, the end is %s", entry + 1, entry);
        at.endKnown = true;
        at.end = entry;
        at.scan.discard();
        findLength(at);
        maybeClose(at);
    }

    // ---- writing back

    private void writeBack(Attempt at, long entry, ByteBuf copy, long foundAt) {
        Check.state(
                entry == at.window.next(), "entry %s decided, but %s is next to be written", entry, at.window.next());
        trace.note("entry %s is recovered", entry);
        long length = EntryHeader.length(copy);
        at.window.push(copy, length, entry);
        long spared = rules.acknowledgedByReading(foundAt);
        for (int i = 0; i < at.replication.writeQuorum(); i++) {
            int slot = at.replication.slot(entry, i);
            if ((spared & 1L << slot) != 0
                    && at.ensemble.member(slot).equals(at.snapshot.bookies().get(slot))) {
                at.window.acknowledge(entry, slot);
            } else if (!at.change.failed(slot)) {
                send(at, slot, entry);
            }
        }
        finishHead(at);
    }

    private void finishHead(Attempt at) {
        while (at.window.headComplete()) {
            at.window.take();
        }
    }

    /** Answer to {@link Effects#writeBack}; {@code unanswered} tells why there is none. */
    void onWriteBackReply(
            int ofAttempt,
            BookieId bookie,
            int slot,
            int tenure,
            long entry,
            Status status,
            @Nullable String unanswered) {
        Attempt at = attempt(ofAttempt);
        if (at == null || phase != Phase.SCANNING || !at.ensemble.serves(slot, bookie, tenure)) {
            return;
        }
        if (unanswered == null && status == Status.OK) {
            at.busy.accepted(slot);
            at.window.acknowledge(entry, slot);
            finishHead(at);
            readAhead(at);
            maybeClose(at);
        } else if (unanswered == null && (status == Status.UNAUTHORIZED || status == Status.BAD_VERSION)) {
            fail(Refusals.ofRecovery(status, ledger, bookie));
        } else if (unanswered == null && status == Status.BUSY && at.window.pending(entry) && !at.change.failed(slot)) {
            onBusy(at, slot, entry);
        } else if (unanswered != null || status != Status.BUSY) {
            onSlotFailed(at, slot, unanswered != null ? unanswered : "answered " + status);
        }
    }

    private void onBusy(Attempt at, int slot, long entry) {
        at.window.refuse(entry, slot);
        if (at.busy.pausing(slot)) {
            return;
        }
        if (at.busy.outOfPatience(slot)) {
            onSlotFailed(at, slot, "stayed too busy");
        } else {
            effects.pause(attempt, Pause.BUSY, slot, at.busy.pauseNanos(slot));
        }
    }

    private void onBusyPauseOver(Attempt at, int slot) {
        if (phase != Phase.SCANNING || at.change.failed(slot)) {
            return;
        }
        at.busy.pauseOver(slot);
        for (long entry = at.window.first(); entry < at.window.next(); entry++) {
            if (at.replication.holds(slot, entry) && at.window.takeRefusal(entry, slot)) {
                send(at, slot, entry);
            }
        }
    }

    private void onSlotFailed(Attempt at, int slot, String why) {
        if (!at.change.fail(slot, why)) {
            return;
        }
        trace.note("slot %s: %s %s", slot, at.ensemble.member(slot), why);
        effects.suspected(at.ensemble.member(slot), why);
        EnsembleChange.Plan plan = at.change.plan((members, slots) -> effects.pick(at.replication, members, slots));
        Choice replacements = plan.replacements();
        switch (plan.verdict()) {
            case TOO_FEW ->
                fail(new LedgerException.RecoveryUndecided(
                        "ledger %s cannot be recovered now: %s failed while entries were written back, and of replacements %s; try again when more bookies are up"
                                .formatted(ledger, at.change.explained(), replacements.explained()),
                        null));
            case DEGRADED -> trace.note("degraded: %s failed, %s", at.change.explained(), replacements.explained());
            case CHANGE -> change(at, plan.members());
        }
    }

    private void change(Attempt at, List<BookieId> members) {
        long from = at.window.first();
        Check.state(
                from >= at.snapshot.firstEntry(),
                "a fragment at %s would start below %s",
                from,
                at.snapshot.firstEntry());
        long replaced = at.change.install(members);
        at.local.put(from, at.ensemble.members());
        publishEarly(at);
        trace.note("writing back from entry %s to %s", from, members);
        for (int slot = 0; slot < at.ensemble.size(); slot++) {
            if ((replaced & 1L << slot) == 0) {
                continue;
            }
            at.busy.reset(slot);
            for (long entry = from; entry < at.window.next(); entry++) {
                if (at.replication.holds(slot, entry)) {
                    at.window.withdraw(entry, slot);
                    send(at, slot, entry);
                }
            }
        }
    }

    private void publishEarly(Attempt at) {
        LedgerMetadata early = rules.publishedEarly(record(), at.local);
        if (early != null && proposal == null) {
            commit(early, version);
        }
    }

    /** What was published early is known, or was refused; the close waits for it. */
    private void onPublished() {
        Attempt at = current;
        if (at != null) {
            maybeClose(at);
        }
    }

    private void send(Attempt at, int slot, long entry) {
        effects.writeBack(
                attempt, at.ensemble.member(slot), slot, at.ensemble.tenure(slot), entry, at.window.body(entry));
    }

    // ---- the length, and the end

    private void findLength(Attempt at) {
        if (at.end < 0) {
            at.length = 0;
        } else if (at.end > at.start) {
            at.length = at.window.length(at.end);
        } else {
            at.length = at.fences.lengthOf(at.end);
        }
        if (at.length < 0) {
            Fragment fragment = at.claimed.fragmentOf(at.end);
            at.lengthReads = at.replication.writeQuorum();
            for (int i = 0; i < at.replication.writeQuorum(); i++) {
                effects.lengthRead(attempt, fragment.bookies().get(at.replication.slot(at.end, i)), at.end);
            }
        }
    }

    /** Answer to {@link Effects#lengthRead}: the cumulative length in a valid copy, or −1. */
    void onLengthReply(int ofAttempt, long length) {
        Attempt at = attempt(ofAttempt);
        if (at == null || at.lengthReads == 0 || at.length >= 0) {
            return;
        }
        at.lengthReads--;
        if (length >= 0) {
            at.length = length;
            maybeClose(at);
        } else if (at.lengthReads == 0) {
            fail(new LedgerException.RecoveryUndecided(
                    "ledger %s cannot be recovered now: no bookie delivered its last entry, %s; try again when more are up"
                            .formatted(ledger, at.end),
                    null));
        }
    }

    private void maybeClose(Attempt at) {
        if (phase != Phase.SCANNING || !at.endKnown || proposal != null) {
            return;
        }
        long done = at.window.first() - 1;
        Check.state(done <= at.end, "entries up to %s were written back, but the end is %s", done, at.end);
        if (at.length >= 0 && rules.mayClose(done, at.end)) {
            phase = Phase.CLOSING;
            commitClose(at);
        }
    }

    private void commitClose(Attempt at) {
        LedgerMetadata base = record();
        List<Fragment> fragments = new ArrayList<>(base.fragments());
        for (Map.Entry<Long, List<BookieId>> change : at.local.entrySet()) {
            Fragment fragment = new Fragment(change.getKey(), change.getValue());
            Fragment last = fragments.get(fragments.size() - 1);
            if (last.firstEntry() == fragment.firstEntry()) {
                fragments.set(fragments.size() - 1, fragment);
            } else {
                fragments.add(fragment);
            }
        }
        commit(base.withFragments(fragments).withClosed(at.end, at.length), version);
    }

    private void commit(LedgerMetadata next, int expectedVersion) {
        proposal = next;
        effects.compareAndSet(next, expectedVersion);
    }

    private LedgerMetadata record() {
        LedgerMetadata known = record;
        if (known == null) {
            throw new BrokenInvariantException("ledger %s has no record".formatted(ledger));
        }
        return known;
    }

    private void finish(LedgerMetadata sealed, int sealedVersion) {
        phase = Phase.DONE;
        drop(current);
        current = null;
        effects.recovered(sealed, sealedVersion);
    }

    private void fail(LedgerException why) {
        if (phase == Phase.DONE) {
            return;
        }
        trace.note("stopped: %s", why.getMessage());
        phase = Phase.DONE;
        drop(current);
        current = null;
        effects.failed(why);
    }

    private @Nullable Attempt attempt(int number) {
        return phase == Phase.DONE || number != attempt ? null : current;
    }

    private static void drop(@Nullable Attempt at) {
        if (at != null) {
            at.scan.discard();
            while (at.window.size() > 0) {
                at.window.take();
            }
        }
    }

    /** Where the recovery is. */
    private enum Phase {
        CLAIMING,
        FENCING,
        /** Reading on and writing back. */
        SCANNING,
        CLOSING,
        DONE
    }

    /** What is waited for. */
    enum Pause {
        FENCE,
        ABSENCE,
        BUSY
    }

    /** All that is forgotten when the recovery starts over. */
    private static final class Attempt {
        final LedgerMetadata claimed;
        final Replication replication;
        final Fragment snapshot; // reads use this one throughout (R48 step 2)
        final Ensemble ensemble; // write-backs go here
        final EnsembleChange change;
        final BusySlots busy;
        final FenceQuorum fences;
        final TreeMap<Long, List<BookieId>> local = new TreeMap<>(); // fragments nobody else knows (R52)

        RecoveryScan scan;
        AppendWindow<Long> window;
        boolean fenceGrace;
        boolean graceAsked;
        boolean graceOver;
        long start;
        boolean endKnown;
        long end;
        long length = -1; // −1: not known yet
        int lengthReads;
        long largest; // bytes, 0 until a copy came

        private final RecovererRules rules;

        Attempt(LedgerMetadata claimed, RecovererRules rules) {
            this.rules = rules;
            this.claimed = claimed;
            this.replication = claimed.replication();
            this.snapshot = claimed.lastFragment();
            this.ensemble = new Ensemble(replication, snapshot.bookies());
            this.change = new EnsembleChange(ensemble);
            this.busy = new BusySlots(replication.ensemble());
            this.fences = new FenceQuorum(replication, rules);
            this.scan = new RecoveryScan(replication, rules, 0, WINDOW);
            this.window = new AppendWindow<>(replication, 0, (entry, slots) -> {});
        }

        long windowEntries() {
            return largest == 0 ? WINDOW_AT_FIRST : Math.max(1, Math.min(WINDOW, WINDOW_BYTES / largest));
        }

        void begin(long highestConfirmed, AppendWindow.Laggards laggards) {
            start = highestConfirmed;
            scan = new RecoveryScan(replication, rules, start + 1, WINDOW);
            window = new AppendWindow<>(replication, start + 1, laggards);
        }
    }

    /** What the recoverer wants done. None of these answers inside the call, but {@link #pick}. */
    interface Effects {

        /** Write {@code next} if the record is at {@code version}. */
        void compareAndSet(LedgerMetadata next, int version);

        /** Fence, and read the bookie's last entry. */
        void fence(int attempt, BookieId bookie, int slot);

        /** Fence, and read {@code entry}. */
        void fencingRead(int attempt, BookieId bookie, int slot, long entry);

        /** Read {@code entry} for its length. */
        void lengthRead(int attempt, BookieId bookie, long entry);

        /** Send a recovery add; {@code body} is borrowed. */
        void writeBack(int attempt, BookieId bookie, int slot, int tenure, long entry, ByteBuf body);

        /** Name replacements for {@code slots} of {@code members}, in that order. */
        Choice pick(Replication replication, List<BookieId> members, List<Integer> slots);

        /** {@code bookie} failed: others may want to avoid it. */
        void suspected(BookieId bookie, String why);

        /** Call {@link #onPauseOver} after a pause. */
        void pause(int attempt, Pause pause, long number, long nanos);

        /** The ledger is closed as {@code record} says; the last effect. */
        void recovered(LedgerMetadata record, int version);

        /** It is not, or not known to be; the last effect. */
        void failed(LedgerException why);
    }
}
