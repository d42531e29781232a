package io.daybook.ledger.client;

import io.daybook.base.error.Check;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.CloseReason;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerException.Outcome;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerState;
import io.daybook.ledger.RepairHint;
import io.daybook.ledger.Replication;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The writer of one ledger as a state machine: events in, {@link Effects} out; no I/O, no clock, no threads (R95).
 *
 * <p>It decides what counts as acknowledged (R42, R43), replaces bookies that fail (R46) and seals the ledger (R57). Whoever
 * drives it calls one event at a time; effects that complete an append may lead to another {@link #append} inside the call.
 * A {@link io.daybook.base.error.BrokenInvariantException} means that the driver must {@link #onBroken end} the handle (R96).
 *
 * @param <T> what the driver wants back when an append has ended
 */
final class AppendProtocol<T> {
    private static final Duration DEGRADED_PAUSE = Duration.ofMillis(200);
    private static final Duration DEGRADED_PAUSE_MAX = Duration.ofSeconds(10);

    private final LedgerId ledger;
    private final Replication replication;
    private final int changesMax;
    private final WriterRules rules;
    private final Effects<T> effects;
    private final DecisionTrace trace;
    private final WrittenRecord record;
    private final Ensemble ensemble;
    private final EnsembleChange change;
    private final AppendWindow<T> window;
    private final BusySlots busy;
    private final LagWatch lag;
    private final MissingCopies copies;
    private @Nullable DeferredAcks<T> deferred; // set before the first entry, or never

    private Mode mode = Mode.RUN;
    private boolean closing; // close was asked for; pending entries may still drain
    private boolean draining = true; // unless close was asked for at once
    private @Nullable Ending sealBecause; // sealing by ourselves, because the ledger has changed too often
    private int changes;
    private boolean retryAsked;
    private Duration retryPause = DEGRADED_PAUSE;
    private long lastAddConfirmed = -1;
    private long length; // payload bytes handed in
    private long confirmedLength; // payload bytes up to lastAddConfirmed
    private @Nullable Ending ending;

    AppendProtocol(
            LedgerId ledger,
            LedgerMetadata created,
            int version,
            int changesMax,
            long bookieBudgetBytes,
            WriterRules rules,
            Effects<T> effects,
            DecisionTrace trace) {
        Check.argument(
                created.state() == LedgerState.OPEN, "ledger %s cannot be written: it is %s", ledger, created.state());
        this.ledger = ledger;
        this.replication = created.replication();
        this.changesMax = changesMax;
        this.rules = rules;
        this.effects = effects;
        this.trace = trace;
        this.record = new WrittenRecord(ledger, created, version, rules, effects::compareAndSet, trace);
        this.ensemble = new Ensemble(replication, created.lastFragment().bookies());
        this.change = new EnsembleChange(ensemble);
        this.busy = new BusySlots(replication.ensemble());
        this.lag = new LagWatch(replication, bookieBudgetBytes);
        this.copies = new MissingCopies(ensemble, record::committed);
        this.window = new AppendWindow<>(replication, 0, copies);
    }

    /** From now on entries may be answered from memory, and only a force confirms them (R106). Before the first entry only. */
    void deferSync() {
        Check.state(window.next() == 0, "ledger %s has entries already", ledger);
        deferred = new DeferredAcks<>(replication, ensemble, window, effects);
    }

    /** Whether {@link #append} may be called; once false, false for good. */
    boolean accepts() {
        return ending == null && !closing && sealBecause == null;
    }

    Mode mode() {
        return mode;
    }

    LedgerMetadata metadata() {
        return record.committed();
    }

    Ensemble ensemble() {
        return ensemble;
    }

    /** Whether {@code slot} has failed and waits for another bookie. */
    boolean failed(int slot) {
        return change.failed(slot);
    }

    long nextEntry() {
        return window.next();
    }

    long lastAddConfirmed() {
        return lastAddConfirmed;
    }

    /** Highest id that was acknowledged, be it only from memory (R106). */
    long lastAddAccepted() {
        return deferred == null ? lastAddConfirmed : deferred.lastAddAccepted();
    }

    /** Payload bytes of all entries handed in. */
    long length() {
        return length;
    }

    /** Whether each entry handed in was acknowledged. */
    boolean idle() {
        return lastAddAccepted() == window.next() - 1;
    }

    int pendingEntries() {
        return window.size();
    }

    long pendingBytes() {
        return window.bytes();
    }

    /** Confirmed entries that lack a copy, as far as that is certain (R45). */
    List<RepairHint> repairHints() {
        return copies.hints();
    }

    /** Whether {@link #repairHints()} will not change any more: the writer has ended, and so has each of its adds. */
    boolean copiesSettled() {
        return mode == Mode.DEAD && copies.settled();
    }

    /** Counts copies of confirmed entries whose adds have not ended as missing. */
    void giveUpCopies() {
        copies.giveUp();
    }

    /** Why the writer ended otherwise than by close or abandon; null as long as it has not. */
    @Nullable
    Ending ending() {
        return ending;
    }

    // ---- events

    /**
     * Sends entry {@link #nextEntry()}; only while {@link #accepts()}. Takes {@code body} over: the packaged entry, made with {@link
     * #lastAddConfirmed()} and {@link #length()} plus {@code payloadBytes}.
     */
    void append(ByteBuf body, int payloadBytes, T waiter) {
        Check.state(accepts(), "ledger %s takes no more entries", ledger);
        long entry = window.next();
        length += payloadBytes;
        window.push(body, length, waiter);
        if (deferred != null) {
            deferred.pushed(entry);
        }
        for (int i = 0; i < replication.writeQuorum(); i++) {
            int slot = replication.slot(entry, i);
            if (!change.failed(slot)) { // a failed one gets it after its replacement, or a repair hint
                send(slot, entry, body);
            }
        }
        if (lag.due(body.readableBytes())) {
            replaceLaggard();
        }
    }

    /** An add was answered with {@code status}, or failed without an answer because of {@code unanswered}. */
    void onAddReply(BookieId bookie, int slot, int tenure, long entry, Status status, @Nullable String unanswered) {
        boolean stored = unanswered == null && status == Status.OK;
        if (mode == Mode.DEAD) {
            copies.ended(slot, tenure, entry, stored);
            return;
        }
        if (stored && rules.countsAck(ensemble, slot, bookie, tenure)) {
            onAcknowledged(slot, entry);
            return;
        }
        if (ensemble.tenure(slot) == tenure) {
            window.ended(entry, slot);
        } else {
            copies.ended(slot, tenure, entry, stored);
        }
        if (stored) {
            effects.reached(WriterMark.LATE_ACK);
            return; // from a replaced bookie: it counts in the fragment that is sealed only (R42)
        }
        if (!ensemble.member(slot).equals(bookie)) {
            effects.reached(WriterMark.LATE_FAILURE);
            return; // replaced meanwhile: its no counts as little as its yes (R42)
        }
        boolean thisTenure = ensemble.tenure(slot) == tenure;
        if (unanswered == null && Refusals.fatal(status)) {
            if (mode != Mode.CLOSING) { // then the metadata decides, all entries are settled
                die(refusal(status, bookie, entry));
            }
        } else if (thisTenure && unanswered == null && status == Status.BUSY) {
            onBusy(slot, entry);
        } else if (thisTenure) {
            onSlotFailed(slot, unanswered != null ? unanswered : "answered " + status);
        }
    }

    /** Adds of {@code entries}, from index {@code from} to before {@code to}, ended alike. Equals as many calls of {@link #onAddReply}. */
    void onAddReplies(
            BookieId bookie,
            int slot,
            int tenure,
            long[] entries,
            int from,
            int to,
            Status status,
            @Nullable String unanswered) {
        if (unanswered == null
                && status == Status.OK
                && mode != Mode.DEAD
                && rules.countsAck(ensemble, slot, bookie, tenure)) {
            onAcknowledged(slot, entries, from, to);
        } else {
            for (int i = from; i < to; i++) {
                onAddReply(bookie, slot, tenure, entries[i], status, unanswered);
            }
        }
    }

    /** An add was answered with success by a bookie that may have it in memory only; {@code connection} brought the answer. */
    void onAccepted(BookieId bookie, int slot, int tenure, long entry, int connection) {
        if (mode == Mode.DEAD || !rules.countsAck(ensemble, slot, bookie, tenure)) {
            copies.ended(slot, tenure, entry, false); // nobody will ask it to sync
            return;
        }
        window.ended(entry, slot); // a copy only after a force, which is asked for by itself
        if (change.failed(slot)) {
            return;
        }
        busy.accepted(slot);
        if (deferred().accept(slot, entry, connection)) {
            advance(-1);
        } else {
            onSlotFailed(slot, "lost the connection over which it had accepted entries it was not asked to sync");
        }
    }

    /** Wants everything up to {@link #lastAddAccepted()} confirmed (R108); {@code waiter} is told. */
    void force(T waiter) {
        if (ending != null && !settled()) {
            effects.failed(waiter, ending.with(Outcome.UNKNOWN));
        } else {
            deferred().force(lastAddConfirmed, waiter);
        }
    }

    /** As {@link #force}, but nobody waits for it. */
    void force() {
        if (mode != Mode.DEAD) {
            deferred().want(lastAddAccepted());
        }
    }

    /** A force was answered with {@code status}, or failed without an answer because of {@code unanswered}. */
    void onForceReply(int slot, int tenure, Status status, @Nullable String unanswered) {
        if (mode == Mode.DEAD || ensemble.tenure(slot) != tenure) {
            return;
        }
        if (unanswered == null && status == Status.OK) {
            deferred().synced(slot);
            advance(-1);
        } else {
            onSlotFailed(
                    slot,
                    "did not sync what it had accepted: " + (unanswered != null ? unanswered : "answered " + status));
        }
    }

    /** The pause asked for by {@link Effects#retrySlot} is over. */
    void onSlotRetry(int slot, int tenure) {
        if (mode == Mode.DEAD || ensemble.tenure(slot) != tenure || change.failed(slot)) {
            return;
        }
        busy.pauseOver(slot);
        effects.reached(WriterMark.SLOT_ASKED_AGAIN);
        for (long entry = window.first(); entry < window.next(); entry++) {
            if (replication.holds(slot, entry) && window.takeRefusal(entry, slot)) {
                send(slot, entry, window.body(entry));
            }
        }
    }

    /** The pause asked for by {@link Effects#retryChange} is over. */
    void onChangeRetry() {
        retryAsked = false;
        maybeChange();
    }

    /** {@code bookie} has not been registered for long; while nothing is in flight, that counts as a failure (R46e). */
    void onMemberGone(BookieId bookie) {
        int slot = ensemble.members().indexOf(bookie);
        if (slot >= 0 && idle() && mode != Mode.DEAD) {
            onSlotFailed(slot, "is not registered any more");
        }
    }

    /** The conditional write asked for by {@link Effects#compareAndSet} happened; {@code newVersion} is its version. */
    void onCommitted(int newVersion) {
        if (!record.writing() || mode == Mode.DEAD) {
            return;
        }
        record.applied(newVersion);
        LedgerMetadata committed = record.committed();
        if (committed.closed()) {
            trace.note("closed at entry %s, %s bytes", committed.lastEntry(), committed.length());
            sealed();
        } else {
            changed();
        }
    }

    /** The conditional write did not happen: the ledger's record is {@code found}. Also tells of a write of ours whose reply was lost. */
    void onConflict(LedgerMetadata found, int foundVersion) {
        if (!record.writing() || mode == Mode.DEAD) {
            return;
        }
        switch (record.conflict(found, foundVersion)) {
            case ATTEMPTED_AGAIN -> {} // its outcome is told as well
            case APPLIED_EARLIER -> changed();
            case SEALED -> adopt(found);
            case IN_RECOVERY -> stopForRecovery();
            case FOREIGN -> die(Ending.foreignFragment(ledger, found.lastFragment()));
        }
    }

    /** The conditional write did not happen: the ledger's record is gone. */
    void onDeleted() {
        if (record.writing()) {
            trace.note("the ledger was deleted");
            copies.forget();
            die(Ending.deleted(ledger));
        }
    }

    /** The metadata store refused for good to write; {@code why} is a sentence. */
    void onMetadataRefused(String why, @Nullable Throwable cause) {
        if (record.writing()) {
            die(Ending.metadataRefused(ledger, why, cause));
        }
    }

    /** Seals the ledger once nothing is pending any more; nothing can be appended from now on. */
    void close() {
        if (accepts()) {
            closing = true;
            drain();
            maybeSeal();
        }
    }

    /** Seals the ledger at {@link #lastAddConfirmed()} without waiting: what is pending fails. */
    void closeNow() {
        if (ending == null && sealBecause == null) {
            closing = true;
            draining = false;
            drain();
            maybeSeal();
        }
    }

    /** Ends without sealing: what is pending may or may not survive. */
    void abandon(String why) {
        if (mode != Mode.DEAD) {
            trace.note("abandoned at entry %s", lastAddConfirmed);
            effects.reached(WriterMark.ABANDONED);
            die(Ending.abandoned(why));
        }
    }

    /** An invariant does not hold: ends the handle (R96). */
    void onBroken(RuntimeException broken) {
        if (mode != Mode.DEAD) {
            trace.note("broken: %s", broken.getMessage());
            die(Ending.broken(ledger, broken));
        }
    }

    // ---- acknowledgements

    private void onAcknowledged(int slot, long entry) {
        busy.accepted(slot);
        if (window.acknowledge(entry, slot) && rules.confirms(entry, window.first())) {
            advance(entry);
        }
    }

    /** Counts them all before anything is confirmed: no effect comes between. */
    private void onAcknowledged(int slot, long[] entries, int from, int end) {
        busy.accepted(slot);
        long due = -1;
        for (int i = from; i < end; i++) {
            if (window.acknowledge(entries[i], slot) && rules.confirms(entries[i], window.first())) {
                due = Math.max(due, entries[i]);
            }
        }
        if (due >= 0) {
            advance(due);
        }
    }

    /** Confirms what is complete, from the lowest pending entry on; up to {@code confirmed} that is known already. */
    private void advance(long confirmed) {
        while (moves()) { // the effect may change anything
            if (deferred != null && deferred.acceptsNext()) {
                long entry = deferred.acceptNext();
                effects.acknowledged(window.takeWaiter(entry), entry);
            } else if (window.first() <= confirmed || window.headComplete()) {
                confirmHead();
            } else {
                break;
            }
        }
        if (deferred != null) {
            deferred.confirmed(lastAddConfirmed);
        }
        maybeSeal();
    }

    private void confirmHead() {
        long entry = window.first();
        Check.state(entry == lastAddConfirmed + 1, "entry %s would follow %s", entry, lastAddConfirmed);
        Check.state(
                entry >= record.lastFragmentFrom(),
                "entry %s is in a sealed fragment, the last one starts at %s",
                entry,
                record.lastFragmentFrom());
        lastAddConfirmed = entry;
        confirmedLength = window.length(entry);
        T waiter = window.take();
        if (deferred == null) { // else it was told when the entry was accepted
            effects.acknowledged(waiter, entry);
        }
    }

    /** Whether the last confirmed id may move (R43). */
    private boolean moves() {
        return mode == Mode.RUN || mode == Mode.CHANGING && !rules.standsStillDuringChange();
    }

    private void onBusy(int slot, long entry) {
        if (!window.pending(entry) || change.failed(slot)) {
            return;
        }
        window.refuse(entry, slot);
        if (busy.pausing(slot)) {
            return; // one pause serves all entries the slot refused
        }
        if (busy.outOfPatience(slot)) {
            onSlotFailed(slot, "stayed too busy");
        } else {
            effects.reached(WriterMark.SLOT_BUSY);
            effects.retrySlot(slot, ensemble.tenure(slot), busy.pauseNanos(slot));
        }
    }

    private void onSlotFailed(int slot, String why) {
        if (change.fail(slot, why)) {
            trace.note("slot %s: %s %s", slot, ensemble.member(slot), why);
            effects.reached(mode == Mode.CHANGING ? WriterMark.SLOT_FAILED_DURING_CHANGE : WriterMark.SLOT_FAILED);
            effects.suspected(ensemble.member(slot), why);
            if (deferred != null) {
                deferred.drop(slot);
            }
            maybeChange();
        }
    }

    /** Treats a bookie that is too far behind as failed, unless some write set cannot do without it. */
    private void replaceLaggard() {
        int slot = lag.laggard(ensemble, change.failed(), effects::outstandingBytes);
        if (slot >= 0 && ensemble.keepsAckQuorum(change.failed() | 1L << slot)) {
            onSlotFailed(slot, "is too far behind");
        }
    }

    // ---- ensemble change (R46)

    private void maybeChange() {
        if (mode != Mode.RUN || record.writing() || !change.anyFailed()) {
            return;
        }
        if (changes >= changesMax) {
            sealForTooManyChanges();
            return;
        }
        EnsembleChange.Plan plan = change.plan(effects::pick);
        String replacements = plan.replacements().explained();
        switch (plan.verdict()) {
            case TOO_FEW -> {
                trace.note("too few bookies: %s failed, %s", change.explained(), replacements);
                effects.reached(WriterMark.TOO_FEW_BOOKIES);
                die(Ending.tooFew(ledger, lastAddConfirmed, change.explained(), replacements));
            }
            case DEGRADED -> {
                effects.reached(WriterMark.DEGRADED);
                if (!retryAsked) {
                    trace.note("degraded: %s failed, %s", change.explained(), replacements);
                    retryAsked = true;
                    effects.retryChange(retryPause.toNanos());
                    retryPause = min(retryPause.multipliedBy(2), DEGRADED_PAUSE_MAX);
                }
            }
            case CHANGE -> {
                if (!plan.replacements().complete()) {
                    effects.reached(WriterMark.CHANGE_PARTIAL);
                }
                mode = Mode.CHANGING; // the last confirmed id stands still until the new list is committed (R43)
                propose(plan.members());
            }
        }
    }

    private void propose(List<BookieId> members) {
        long from = lastAddConfirmed + 1;
        Check.state(
                from >= record.committed().lastFragment().firstEntry(),
                "a fragment at %s would start below the last one, at %s",
                from,
                record.committed().lastFragment().firstEntry());
        trace.note("change from entry %s: %s to %s", from, ensemble.members(), members);
        effects.reached(
                from == record.committed().lastFragment().firstEntry()
                        ? WriterMark.CHANGE_REPLACES
                        : WriterMark.CHANGE_APPENDS);
        Fragment next = new Fragment(from, members);
        attempt(record.committed().withLastFragment(next));
        if (!rules.waitsForCommit()) {
            install(next);
            advance(-1);
        }
    }

    /** Writes {@code next}, if the record as it is known permits that (R8, R9). */
    private void attempt(LedgerMetadata next) {
        if (!record.attempt(next)) {
            stopForRecovery();
        }
    }

    private void stopForRecovery() {
        trace.note("a newer owner recovers the ledger: stopped at entry %s (R9)", lastAddConfirmed);
        effects.reached(mode == Mode.CLOSING ? WriterMark.CLOSE_MET_RECOVERY : WriterMark.CHANGE_MET_RECOVERY);
        die(Ending.recovered(ledger));
    }

    /** The list of the last fragment is committed: uses it and goes on. */
    private void changed() {
        install(record.committed().lastFragment());
        effects.reached(WriterMark.CHANGED);
        effects.changed(record.committed());
        advance(-1);
        maybeChange();
    }

    private void install(Fragment committed) {
        Check.state(
                committed.firstEntry() == lastAddConfirmed + 1,
                "the last confirmed id moved from %s to %s during a change",
                committed.firstEntry() - 1,
                lastAddConfirmed);
        changes++;
        retryPause = DEGRADED_PAUSE;
        long replaced = 0;
        for (int slot = 0; slot < ensemble.size(); slot++) {
            if (!ensemble.member(slot).equals(committed.bookies().get(slot))) {
                replaced |= 1L << slot;
                busy.reset(slot);
                if (deferred != null) {
                    deferred.reset(slot);
                }
            }
        }
        window.settle(replaced);
        change.install(committed.bookies());
        trace.note("committed %s from entry %s", ensemble, committed.firstEntry());
        mode = Mode.RUN;
        for (long entry = window.first(); entry < window.next(); entry++) {
            for (int i = 0; i < replication.writeQuorum(); i++) {
                int slot = replication.slot(entry, i);
                if ((replaced & 1L << slot) != 0) {
                    if (rules.withdrawsAcks()) {
                        window.withdraw(entry, slot);
                    }
                    send(slot, entry, window.body(entry));
                }
            }
        }
    }

    // ---- the end

    private void sealForTooManyChanges() {
        if (!settled()) { // sealing here would drop what was accepted; recovery may find it (R110)
            trace.note("changed bookies %s times: stopped at entry %s (R46d)", changes, lastAddConfirmed);
            die(Ending.tooManyChangesToSeal(ledger, lastAddConfirmed, changes));
            return;
        }
        trace.note("changed bookies %s times: sealing at entry %s (R46d)", changes, lastAddConfirmed);
        sealBecause = Ending.tooManyChanges(ledger, lastAddConfirmed, changes);
        seal();
    }

    private void maybeSeal() {
        if (closing && mode == Mode.RUN && !record.writing() && (window.size() == 0 || !draining && settled())) {
            seal();
        }
    }

    /** Whether nothing was acknowledged that is not confirmed: a close never drops such entries (R110). */
    private boolean settled() {
        return lastAddAccepted() == lastAddConfirmed;
    }

    /** Close forces first (R110). */
    private void drain() {
        if (deferred != null) {
            deferred.want(Long.MAX_VALUE);
        }
    }

    private DeferredAcks<T> deferred() {
        DeferredAcks<T> acks = deferred;
        if (acks == null) {
            throw new IllegalStateException("ledger %s is not written with deferred sync".formatted(ledger));
        }
        return acks;
    }

    private void seal() {
        mode = Mode.CLOSING; // the last confirmed id stands still
        effects.reached(window.size() == 0 ? WriterMark.CLOSING : WriterMark.CLOSING_AT_ONCE);
        long last = rules.lastEntryOfClose(lastAddConfirmed, window.next() - 1);
        attempt(record.committed()
                .withClosed(last, last == lastAddConfirmed ? confirmedLength : length, CloseReason.CLEAN));
    }

    private void adopt(LedgerMetadata found) {
        Check.state(
                found.lastEntry() >= lastAddConfirmed,
                "the ledger was sealed at entry %s although %s was acknowledged",
                found.lastEntry(),
                lastAddConfirmed);
        boolean same = found.lastEntry() == lastAddConfirmed && found.length() == confirmedLength;
        trace.note("found closed at entry %s, %s bytes", found.lastEntry(), found.length());
        if (mode == Mode.CLOSING && same) {
            effects.reached(WriterMark.CLOSE_MET_SAME_SEAL);
            sealed();
            return;
        }
        if (mode == Mode.CHANGING) {
            effects.reached(WriterMark.CHANGE_MET_SEAL);
        }
        die(Ending.sealedByOther(ledger, found.lastEntry(), lastAddConfirmed));
    }

    private void sealed() {
        Ending because = sealBecause;
        if (because != null) {
            die(because);
            return;
        }
        mode = Mode.DEAD;
        effects.reached(WriterMark.CLOSED);
        window.settle(~0L);
        if (window.size() > 0) {
            failPending(Ending.closedAtOnce(ledger, record.committed().lastEntry()));
        }
        effects.closed(record.committed());
    }

    private void die(Ending because) {
        mode = Mode.DEAD;
        ending = because;
        record.stop();
        window.settle(~0L);
        failPending(because);
        effects.ended(because);
    }

    private void failPending(Ending because) {
        while (window.size() > 0) {
            long entry = window.first();
            Outcome outcome = record.outcome(entry);
            LedgerException failure = because.with(outcome);
            boolean told = deferred != null && entry <= lastAddAccepted(); // acknowledged from memory
            T waiter = window.take();
            if (!told) {
                effects.reached(WriterMark.of(outcome));
                effects.failed(waiter, failure);
            }
        }
        if (deferred != null) {
            deferred.fail(because.with(Outcome.UNKNOWN));
        }
    }

    private Ending refusal(Status status, BookieId bookie, long entry) {
        trace.note("%s answered %s for entry %s: stopped at entry %s", bookie, status, entry, lastAddConfirmed);
        if (status == Status.FENCED) {
            effects.reached(WriterMark.FENCED);
        }
        return Ending.refused(ledger, status, bookie, entry);
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private void send(int slot, long entry, ByteBuf body) {
        window.sent(entry, slot);
        effects.send(ensemble.member(slot), slot, ensemble.tenure(slot), entry, body);
    }

    /** Where a writer is in its life. */
    enum Mode {
        RUN,
        /** A new list of bookies is being committed; the last confirmed id stands still. */
        CHANGING,
        /** The end is being committed. */
        CLOSING,
        /** Over; every event is ignored. */
        DEAD
    }

    /** What the writer wants done. None of these answers inside the call, but {@link #pick} and {@link #outstandingBytes}. */
    interface Effects<T> {

        /** Send a normal add; {@code body} is borrowed. */
        void send(BookieId bookie, int slot, int tenure, long entry, ByteBuf body);

        /** Write {@code next} if the record is at {@code version}; one of the metadata events follows. */
        void compareAndSet(LedgerMetadata next, int version);

        /** Name replacements for {@code slots} of {@code members}, in that order. */
        Choice pick(List<BookieId> members, List<Integer> slots);

        /** Bytes of adds that are open at {@code bookie}, those of other ledgers of this loop included; answers inside the call. */
        long outstandingBytes(BookieId bookie);

        /** {@code bookie} failed: others may want to avoid it. */
        void suspected(BookieId bookie, String why);

        /** Call {@link #onSlotRetry} after a pause. */
        void retrySlot(int slot, int tenure, long pauseNanos);

        /** Call {@link #onChangeRetry} after a pause. */
        void retryChange(long pauseNanos);

        /** Ask {@code bookie} to sync what it answered over {@code connection}, over that one only; {@link #onForceReply} follows. */
        void force(BookieId bookie, int slot, int tenure, int connection);

        /** A branch was taken; for simulations. */
        void reached(WriterMark mark);

        /** An append succeeded; called in id order. */
        void acknowledged(T waiter, long entry);

        /** What was accepted when {@code waiter} asked for a force is confirmed. */
        void forced(T waiter, long lastAddConfirmed);

        /** An append failed; called in id order, after all that succeeded. */
        void failed(T waiter, LedgerException why);

        /** The ensemble changed, as {@code metadata} says. */
        void changed(LedgerMetadata metadata);

        /** Closed as asked; the last effect. */
        void closed(LedgerMetadata metadata);

        /** Ended otherwise; the last effect. */
        void ended(Ending why);
    }
}
