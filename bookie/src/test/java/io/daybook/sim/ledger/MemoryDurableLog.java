package io.daybook.sim.ledger;

import io.daybook.base.exec.Loop;
import io.daybook.bookie.BookieException;
import io.daybook.bookie.DurableLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A journal in memory: groups what is appended, and after a while writes the group to its {@link Platter}, which is what a crash leaves.
 *
 * <p>For simulations only: appends come from simulated loops of one node.
 */
public final class MemoryDurableLog implements DurableLog {
    private static final long SYNC_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private final Platter platter;
    private final Loop journal;
    private final int queueMax;
    private final long syncNanos;

    private List<Pending> queue = new ArrayList<>();
    private boolean syncing;
    private @Nullable String syncFailure;
    private BookieException.@Nullable Stopped stopped;
    private boolean held;
    private boolean crowded;
    private int syncs;

    /** A journal of the node of {@code journal} that refuses more than {@code queueMax} waiting records. */
    public MemoryDurableLog(Platter platter, Loop journal, int queueMax) {
        this(platter, journal, queueMax, SYNC_NANOS);
    }

    /** The same on a disk that syncs in {@code syncNanos}. */
    MemoryDurableLog(Platter platter, Loop journal, int queueMax, long syncNanos) {
        this.platter = platter;
        this.journal = journal;
        this.queueMax = queueMax;
        this.syncNanos = syncNanos;
    }

    @Override
    public void append(
            Kind kind, long ledgerId, long entryId, @Nullable ByteBuf payload, Loop caller, Completion completion) {
        byte[] bytes = null;
        if (payload != null) {
            bytes = ByteBufUtil.getBytes(payload);
            payload.release();
        }
        enqueue(new Pending(new Record(kind, ledgerId, entryId, bytes), caller, completion));
    }

    @Override
    public void barrier(Loop caller, Completion completion) {
        enqueue(new Pending(null, caller, completion));
    }

    /** The next sync fails, and with it this journal (R32). */
    public void failNextSync(String reason) {
        syncFailure = reason;
    }

    /** Whether a sync has failed, or the next one will. */
    public boolean failed() {
        return stopped != null || syncFailure != null;
    }

    /** Nothing is synced until this is called with false. */
    public void hold(boolean on) {
        held = on;
        if (!on && !queue.isEmpty() && !syncing) {
            begin();
        }
    }

    /** Nothing more is taken, as if the queue were full, until this is called with false. */
    void crowded(boolean on) {
        crowded = on;
    }

    /** Groups written so far. */
    public int syncs() {
        return syncs;
    }

    private void enqueue(Pending pending) {
        if (stopped != null) {
            pending.completion.done(stopped);
        } else if (crowded || queue.size() >= queueMax) {
            pending.completion.done(new BookieException.Overloaded("the journal in memory is full; retry later"));
        } else {
            queue.add(pending);
            if (!syncing && !held) {
                begin();
            }
        }
    }

    private void begin() {
        syncing = true;
        journal.execute(() -> {
            List<Pending> group = queue;
            queue = new ArrayList<>();
            journal.schedule(syncNanos, () -> end(group));
        });
    }

    private void end(List<Pending> group) {
        syncing = false;
        syncs++;
        if (syncFailure != null) {
            stopped = new BookieException.Stopped("the journal in memory failed: " + syncFailure, null);
            group.addAll(queue);
            queue = new ArrayList<>();
        } else {
            for (Pending each : group) {
                if (each.record != null) {
                    platter.add(each.record);
                }
            }
        }
        BookieException failure = stopped;
        for (Pending each : group) {
            try {
                each.caller.execute(() -> each.completion.done(failure));
            } catch (RejectedExecutionException gone) {
                continue; // the caller's loop ended: nobody is left to be told
            }
        }
        if (!queue.isEmpty() && !held) {
            begin();
        }
    }

    private record Pending(@Nullable Record record, Loop caller, Completion completion) {}

    /** One durable record. */
    public record Record(Kind kind, long ledgerId, long entryId, byte @Nullable [] payload) {}

    /** What outlasts a crash. */
    public static final class Platter {
        private final List<Record> records = new ArrayList<>();
        private final Map<Long, Set<Long>> entries = new TreeMap<>(); // ids per ledger that ever were here
        private boolean loss;

        /** Everything synced, in order. */
        public List<Record> records() {
            return List.copyOf(records);
        }

        /** Whether an entry was synced; what was lost since counts, too. */
        public boolean holds(long ledgerId, long entryId) {
            Set<Long> ids = entries.get(ledgerId);
            return ids != null && ids.contains(entryId);
        }

        /** Loses the last {@code n} records, as no disk should; that there was a loss can be seen until it is {@link #settled}. */
        public void lose(int n) {
            records.subList(Math.max(0, records.size() - n), records.size()).clear();
            loss = true;
        }

        /** Whether records were lost that nobody has answered for yet. */
        boolean loss() {
            return loss;
        }

        /** All that may be concerned is in limbo. */
        void settled() {
            loss = false;
        }

        private void add(Record record) {
            records.add(record);
            if (record.kind == Kind.ENTRY) {
                entries.computeIfAbsent(record.ledgerId, id -> new TreeSet<>()).add(record.entryId);
            }
        }
    }
}
