package io.daybook.ledger.client;

import io.daybook.base.error.Check;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.Fragment;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.Replication;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.placement.Choice;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes recovered entries to their whole write sets, and replaces bookies that fail on the way, in secret: steps 6 and 7 of a
 * recovery (R48, R49, R52). Belongs to one attempt.
 *
 * <p><b>Buffers.</b> Owns the copies it is given until each is on an ack quorum.
 */
final class WriteBacks {
    private final int attempt;
    private final RecovererRules rules;
    private final RecoveryEffects effects;
    private final DecisionTrace trace;
    private final RecoveryAttempt owner;
    private final Fragment snapshot;
    private final Replication replication;
    private final Ensemble ensemble;
    private final EnsembleChange change;
    private final BusySlots busy;
    private final AppendWindow<Long> window;
    private final TreeMap<Long, List<BookieId>> local = new TreeMap<>(); // fragments nobody else knows (R52)

    /** Entries from {@code first} on. */
    WriteBacks(
            int attempt,
            Fragment snapshot,
            Ensemble ensemble,
            Replication replication,
            long first,
            RecovererRules rules,
            RecoveryEffects effects,
            DecisionTrace trace,
            RecoveryAttempt owner) {
        this.attempt = attempt;
        this.snapshot = snapshot;
        this.replication = replication;
        this.rules = rules;
        this.effects = effects;
        this.trace = trace;
        this.owner = owner;
        this.ensemble = ensemble;
        this.change = new EnsembleChange(ensemble);
        this.busy = new BusySlots(replication.ensemble());
        this.window = new AppendWindow<>(replication, first, (entry, slots) -> {});
    }

    /** The last entry whose write-back is finished. */
    long finished() {
        return window.first() - 1;
    }

    /** Cumulative length of an entry that was {@link #add added} not long ago. */
    long length(long entry) {
        return window.length(entry);
    }

    /** Writes the next entry. Takes {@code copy} over; {@code foundAt} are the slots that delivered it, a bit set. */
    void add(long entry, ByteBuf copy, long foundAt) {
        Check.state(entry == window.next(), "entry %s decided, but %s is next to be written", entry, window.next());
        window.push(copy, EntryHeader.length(copy), entry);
        long spared = rules.acknowledgedByReading(foundAt);
        for (int i = 0; i < replication.writeQuorum(); i++) {
            int slot = replication.slot(entry, i);
            if ((spared & 1L << slot) != 0
                    && ensemble.member(slot).equals(snapshot.bookies().get(slot))) {
                window.acknowledge(entry, slot);
            } else if (!change.failed(slot)) {
                send(slot, entry);
            }
        }
        finishHead();
    }

    /** An answer, or {@code unanswered} with the reason why none came. */
    void onReply(BookieId bookie, int slot, int tenure, long entry, Status status, @Nullable String unanswered) {
        if (!ensemble.serves(slot, bookie, tenure)) {
            effects.reached(RecovererMark.WRITE_BACK_LATE);
        } else if (unanswered == null && status == Status.OK) {
            busy.accepted(slot);
            window.acknowledge(entry, slot);
            finishHead();
            owner.onWrittenBack();
        } else if (unanswered == null && Evidence.withoutCopy(status) == Evidence.FATAL) {
            owner.onRefused(status, bookie);
        } else if (unanswered != null || status != Status.BUSY) {
            fail(slot, unanswered != null ? unanswered : "answered " + status);
        } else if (window.pending(entry) && !change.failed(slot)) {
            onBusy(slot, entry);
        }
    }

    private void onBusy(int slot, long entry) {
        effects.reached(RecovererMark.WRITE_BACK_BUSY);
        window.refuse(entry, slot);
        if (busy.pausing(slot)) {
            return;
        }
        if (busy.outOfPatience(slot)) {
            fail(slot, "stayed too busy");
        } else {
            effects.pause(attempt, RecoveryEffects.Pause.BUSY, slot, busy.pauseNanos(slot));
        }
    }

    void onBusyPauseOver(int slot) {
        if (change.failed(slot)) {
            return;
        }
        busy.pauseOver(slot);
        for (long entry = window.first(); entry < window.next(); entry++) {
            if (replication.holds(slot, entry) && window.takeRefusal(entry, slot)) {
                send(slot, entry);
            }
        }
    }

    private void fail(int slot, String why) {
        if (!change.fail(slot, why)) {
            return;
        }
        trace.note("slot %s: %s %s", slot, ensemble.member(slot), why);
        effects.suspected(ensemble.member(slot), why);
        EnsembleChange.Plan plan = change.plan((members, slots) -> effects.pick(replication, members, slots));
        Choice replacements = plan.replacements();
        switch (plan.verdict()) {
            case TOO_FEW -> {
                effects.reached(RecovererMark.TOO_FEW_BOOKIES);
                owner.stop(new LedgerException.RecoveryUndecided(
                        "ledger %s cannot be recovered now: %s failed while entries were written back, and of replacements %s; try again when more bookies are up"
                                .formatted(owner.ledger(), change.explained(), replacements.explained()),
                        null));
            }
            case DEGRADED -> {
                effects.reached(RecovererMark.DEGRADED);
                trace.note("degraded: %s failed, %s", change.explained(), replacements.explained());
            }
            case CHANGE -> replace(plan.members());
        }
    }

    private void replace(List<BookieId> members) {
        effects.reached(RecovererMark.SLOT_REPLACED);
        long from = window.first();
        Check.state(
                from >= snapshot.firstEntry(), "a fragment at %s would start below %s", from, snapshot.firstEntry());
        long replaced = change.install(members);
        local.put(from, ensemble.members());
        owner.onReplaced(local);
        trace.note("writing back from entry %s to %s", from, members);
        for (int slot = 0; slot < ensemble.size(); slot++) {
            if ((replaced & 1L << slot) == 0) {
                continue;
            }
            busy.reset(slot);
            for (long entry = from; entry < window.next(); entry++) {
                if (replication.holds(slot, entry)) {
                    window.withdraw(entry, slot);
                    send(slot, entry);
                }
            }
        }
    }

    private void send(int slot, long entry) {
        effects.writeBack(attempt, ensemble.member(slot), slot, ensemble.tenure(slot), entry, window.body(entry));
    }

    private void finishHead() {
        while (window.headComplete()) {
            window.take();
        }
    }

    /** {@code committed} with the local fragments behind it, or in place of one that starts at the same entry (R48 step 9). */
    List<Fragment> merged(List<Fragment> committed) {
        List<Fragment> fragments = new ArrayList<>(committed);
        for (Map.Entry<Long, List<BookieId>> secret : local.entrySet()) {
            Fragment fragment = new Fragment(secret.getKey(), secret.getValue());
            int last = fragments.size() - 1;
            if (fragments.get(last).firstEntry() == fragment.firstEntry()) {
                fragments.set(last, fragment);
            } else {
                fragments.add(fragment);
            }
        }
        return fragments;
    }

    /** Releases what is held. */
    void discard() {
        while (window.size() > 0) {
            window.take();
        }
    }
}
