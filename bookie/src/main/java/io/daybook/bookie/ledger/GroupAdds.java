package io.daybook.bookie.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Probe;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.EntryStore;
import io.daybook.ledger.digest.EntryHeader;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The way of a group of adds: what holds for all of them is asked once, what holds for each is asked of each, and when all are plain they take effect
 * in one step and go to the journal as one. Where any is not (there already, out of order, malformed, no room), each goes its own way through {@link Adds}, which
 * knows every case.
 *
 * <p>Groups that came in one frame and are plain go to the journal together, whatever their ledgers: see {@link #together}.
 */
final class GroupAdds {
    private final Adds adds;
    private final Loop loop;
    private final EntryStore store;
    private final DurableLog log;
    private final BookieRules rules;
    private final Probe probe;
    private final EntryCheck check;
    private final LacQueue lacQueue;

    private @Nullable Together gathered; // of the frame that is being given out

    GroupAdds(Adds adds, Loop loop, LedgerGround ground, EntryCheck check, LacQueue lacQueue) {
        this.adds = adds;
        this.loop = loop;
        this.store = ground.store();
        this.log = ground.log();
        this.rules = ground.conduct().rules();
        this.probe = ground.probe();
        this.check = check;
        this.lacQueue = lacQueue;
    }

    /** Runs {@code groups}, which begins groups of {@code frame}; those of them that follow each other and take effect are one append. */
    void together(ByteBuf frame, Runnable groups) {
        gathered = new Together(frame);
        try {
            groups.run();
        } finally {
            appendGathered();
            gathered = null;
        }
    }

    /** Ends a gathering: what comes next is appended, or begins, after what was gathered. */
    void appendGathered() {
        Together ready = gathered;
        if (ready != null && !ready.isEmpty()) {
            gathered = new Together(ready.frame());
            ready.append(log, loop);
            lacQueue.ride();
            ready.raise();
        }
    }

    void begin(HostedLedger ledger, AddGroup group) {
        Status refusal = adds.refusal(ledger, group.key, false, group.highPriority);
        if (refusal != null) {
            adds.mark(refusal);
            group.refuse(refusal);
        } else if (!ledger.hasKey()) {
            appendGathered();
            group.waits();
            ledger.touches().ask(new Touches.Touch(group.key, true, true) {
                @Override
                void go() {
                    begin(ledger, group);
                }

                @Override
                void refuse(Status status) {
                    group.refuse(status);
                }
            });
        } else if (plain(ledger, group)) {
            rules.effect(loop, ledger, () -> put(ledger, group));
        } else {
            probe.reached(BookieMark.GROUP_ONE_BY_ONE);
            oneByOne(ledger, group, 0, new EntryGroup(group.entries()));
        }
    }

    /** Whether each entry is well made (R21), and has a higher id than any before (else R18 and R19 apply). */
    private boolean plain(HostedLedger ledger, AddGroup group) {
        ByteBuf entries = group.entries();
        EntryGroup walk = new EntryGroup(entries);
        long last = ledger.lastEntry();
        boolean plain = true;
        while (plain && walk.next()) {
            long entry = EntryHeader.entryId(entries);
            plain = entry > last && check.acceptable(entries, false, ledger.digest());
            last = entry;
        }
        walk.rewind();
        return plain;
    }

    /** Makes the entries visible and sends them to the journal; those there is no room for wait as any other add does. */
    private void put(HostedLedger ledger, AddGroup group) {
        ByteBuf entries = group.entries();
        EntryGroup walk = new EntryGroup(entries);
        int from = entries.readerIndex();
        int end = from;
        int done = 0;
        long lac = -1;
        while (walk.next()) {
            long entry = EntryHeader.entryId(entries);
            if (!store.put(ledger.id(), entry, entries, loop)) {
                break;
            }
            ledger.stored(entry);
            lac = Math.max(lac, EntryCheck.lac(entries));
            end = walk.end();
            done++;
        }
        walk.rewind();
        boolean raised = false;
        if (done > 0) {
            ledger.logKey();
            ledger.began();
            raised = append(ledger, group, from, end, done, lac);
            if (!rules.addWaitsForSync(false)) {
                group.settle(0, done, Status.OK);
            }
        }
        if (done < group.count) {
            walk = new EntryGroup(entries);
            for (int i = 0; i < done; i++) {
                walk.next();
            }
            oneByOne(ledger, group, done, walk);
        } else {
            probe.reached(BookieMark.GROUP_TAKEN);
            group.drop();
        }
        if (!raised) {
            ledger.raise(lac);
        }
    }

    /**
     * Sends the first {@code number} entries, which stand from {@code from} to before {@code end}, to the journal, now or together with others.
     *
     * @return whether {@code lac} will be raised once that is done
     */
    private boolean append(HostedLedger ledger, AddGroup group, int from, int end, int number, long lac) {
        ByteBuf entries = group.entries();
        Together open = gathered;
        if (open != null && number == group.count) {
            if (!open.takes(entries, from)) {
                appendGathered();
                open = gathered;
            }
            if (open != null && open.takes(entries, from)) {
                open.add(ledger, group, from, end, lac);
                return true;
            }
        }
        appendGathered();
        log.appendAll(
                entries.retainedSlice(from, end - from),
                number,
                loop,
                failure -> group.journalled(ledger, number, failure));
        lacQueue.ride();
        return false;
    }

    /** Gives each entry from the one at {@code index} on, which is the next of {@code walk}, its own way. */
    private void oneByOne(HostedLedger ledger, AddGroup group, int index, EntryGroup walk) {
        appendGathered();
        int at = index;
        AddCall[] calls = new AddCall[group.count - index];
        while (walk.next()) {
            calls[at - index] = group.single(at);
            at++;
        }
        walk.rewind();
        group.drop();
        for (AddCall call : calls) {
            ledger.add(call); // a call may change what the next one meets
        }
    }
}
