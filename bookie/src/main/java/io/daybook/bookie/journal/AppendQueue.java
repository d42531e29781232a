package io.daybook.bookie.journal;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the journal: many loops put in, the journal's loop takes out, bounded in bytes.
 *
 * <p>Keeps in mind whether the journal is awake, so that only the first append of a burst has to wake it.
 */
final class AppendQueue {
    private static final int CHUNK = 1024; // records
    private static final long RESERVE = 1 << 20; // bytes beyond the bound for fences and keys (R31)

    private final MpscUnboundedArrayQueue<PendingAppend> waiting = new MpscUnboundedArrayQueue<>(CHUNK);
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean awake = new AtomicBoolean();
    private final long bytesMax;

    AppendQueue(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Any loop. False, with nothing done, if there is no room. */
    boolean offer(PendingAppend append) {
        int charge = append.charge();
        long limit = append.mayUseReserve() ? bytesMax + RESERVE : bytesMax;
        if (bytes.addAndGet(charge) > limit) {
            bytes.addAndGet(-charge);
            return false;
        }
        waiting.offer(append);
        return true;
    }

    /** Any loop. True if the journal sleeps, and the caller is the one to wake it. */
    boolean mustWake() {
        return !awake.get() && awake.compareAndSet(false, true);
    }

    /** The next one, left in place. */
    @Nullable
    PendingAppend peek() {
        return waiting.peek();
    }

    /** Takes out what {@link #peek} showed; its bytes count until {@link #left}. */
    void remove() {
        waiting.poll();
    }

    /** {@code charge} bytes no longer wait. */
    void left(long charge) {
        bytes.addAndGet(-charge);
    }

    /** The journal found nothing and goes to sleep. False if something came meanwhile, and it must look again. */
    boolean sleep() {
        awake.set(false);
        return waiting.isEmpty() || !mustWake();
    }

    /** Bytes waiting. */
    long bytes() {
        return bytes.get();
    }
}
