package io.daybook.bookie.ledger;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Loop;
import io.daybook.bookie.DurableLog;
import io.daybook.bookie.EntryStore;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import java.security.MessageDigest;

/**
 * The ledgers of one loop: at most one {@link HostedLedger} per id (R15), made at first use from what the store knows, forgotten when
 * idle.
 *
 * <p>A ledger is forgotten only when nothing is under way on it and nothing about it is known to memory alone, so that the object made
 * next is in the same state. Used only on its loop.
 */
public final class LedgerRegistry {
    private final Loop loop;
    private final LedgerGround ground;
    private final int residentMax;

    private final LongObjectMap<HostedLedger> ledgers = new LongObjectHashMap<>();
    private final LedgerCounters counters = new LedgerCounters();
    private final PollRoom polls;
    private final LacQueue lacQueue;
    private final Adds adds;
    private final Reads reads;
    private int sweepAt;
    private byte[] lastKey = new byte[0];

    /**
     * @param loop owner of all ledgers asked for here
     * @param residentMax ledgers kept in memory before idle ones are forgotten
     * @param pollsMax waits held at a time (R63a)
     */
    public LedgerRegistry(Loop loop, LedgerGround ground, int residentMax, int pollsMax) {
        this.loop = loop;
        this.ground = ground;
        this.residentMax = residentMax;
        this.polls = new PollRoom(pollsMax);
        this.lacQueue = new LacQueue(loop);
        this.adds = new Adds(loop, ground, counters, lacQueue);
        this.reads = new Reads(loop, ground, counters);
        this.sweepAt = residentMax;
    }

    /** The one object of this ledger; good for the running task, not to be kept. */
    public HostedLedger ledger(long ledgerId) {
        HostedLedger ledger = ledgers.get(ledgerId);
        if (ledger == null) {
            adds.groups().appendGathered();
            if (ledgers.size() >= sweepAt || ground.probe().decision("ledger.forget-idle", 8) == 1) {
                sweep();
            }
            ledger = new HostedLedger(ledgerId, this);
            ledgers.put(ledgerId, ledger);
            ledger.load();
        }
        ledger.wasUsed(true);
        return ledger;
    }

    /** Runs {@code groups}, which adds groups of {@code frame} to ledgers; borrowed until it returns, and narrowed to the group that is being added. */
    public void together(ByteBuf frame, Runnable groups) {
        adds.groups().together(frame, groups);
    }

    /** Answers OK once everything appended from this loop so far is durable; needs no ledger, as with stock bookies. */
    public void force(StatusAnswer answer) {
        ground.log().barrier(loop, failure -> answer.done(failure == null ? Status.OK : Failures.status(failure)));
    }

    /** Forgets all waits of {@code asker}, whose connection is gone (R63a). */
    public void abandon(Object asker) {
        polls.abandon(asker);
    }

    /** Ends what waits for room, so that its buffers are released; called when the loop is about to stop. */
    public void stop() {
        adds.stop();
    }

    public LedgerCounters counters() {
        return counters;
    }

    /** Ledgers in memory. */
    public int resident() {
        return ledgers.size();
    }

    /** Waits held. */
    public int parked() {
        return polls.parked();
    }

    /** Forgets idle ledgers that were not asked for since the last sweep; the next sweep comes after as many again. */
    private void sweep() {
        for (var entries = ledgers.entries().iterator(); entries.hasNext(); ) {
            HostedLedger ledger = entries.next().value();
            if (!ledger.wasUsed(false) && ledger.idle()) {
                entries.remove();
            }
        }
        sweepAt = Math.max(residentMax, ledgers.size() + Math.max(1, residentMax / 4));
    }

    /** Forgets idle ledgers at once, used or not. */
    void forgetIdle() {
        for (var entries = ledgers.entries().iterator(); entries.hasNext(); ) {
            if (entries.next().value().idle()) {
                entries.remove();
            }
        }
    }

    void drop(HostedLedger ledger) {
        HostedLedger dropped = ledgers.remove(ledger.id());
        Check.state(
                dropped == null || dropped == ledger, "two objects were in charge of ledger %s at once", ledger.id());
    }

    /** {@code key} itself or one that equals it: most ledgers of a process have the same, and it need be in the processor's caches once only. */
    byte[] shared(byte[] key) {
        if (!MessageDigest.isEqual(lastKey, key)) {
            lastKey = key;
        }
        return lastKey;
    }

    Loop loop() {
        return loop;
    }

    EntryStore store() {
        return ground.store();
    }

    DurableLog log() {
        return ground.log();
    }

    FirstTouch firstTouch() {
        return ground.firstTouch();
    }

    WriteGate gate() {
        return ground.gate();
    }

    void reached(BookieMark mark) {
        ground.probe().reached(mark);
    }

    BookieRules rules() {
        return ground.conduct().rules();
    }

    Adds adds() {
        return adds;
    }

    Reads reads() {
        return reads;
    }

    PollRoom polls() {
        return polls;
    }

    LacQueue lacQueue() {
        return lacQueue;
    }
}
