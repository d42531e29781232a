package io.daybook.relay;

import io.daybook.base.exec.Awaiting;
import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Promise;
import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.time.SystemClock;
import io.daybook.ledger.LedgerWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Appends at a fixed rate, whatever becomes of them, and writes down how long each took from the moment it was due. What is late because
 * the one before it was late counts as late.
 */
final class OpenLoop implements AutoCloseable {
    private static final long TICK_NANOS = 1_000_000;

    private final ThreadLoop loop;
    private final LedgerWriter writer;
    private final int payloadSize;
    private final double perNano;
    private final long[] latencies; // by entry; 0: not acknowledged yet; written by the writer's loop
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>(); // the first
    private final Promise<Long> stopped;

    private long startNanos; // this and below: the loop only
    private int appended;
    private CompletableFuture<Long> last = CompletableFuture.completedFuture(-1L);
    private boolean stopping;
    private boolean paused;
    private long pausedNanos; // when

    /** @param entriesMax most entries that will ever be appended */
    OpenLoop(LedgerWriter writer, int perSecond, int payloadSize, int entriesMax) {
        this.loop = ThreadLoop.start("load", SystemClock.INSTANCE);
        this.writer = writer;
        this.payloadSize = payloadSize;
        this.perNano = perSecond / 1e9;
        this.latencies = new long[entriesMax];
        this.stopped = loop.promise();
        loop.execute(() -> {
            startNanos = loop.clock().nanos();
            tick();
        });
    }

    private void tick() {
        if (stopping) {
            stopped.complete((long) appended);
            return;
        }
        long now = loop.clock().nanos();
        long due = (long) ((now - startNanos) * perNano);
        while (!paused && appended < due && appended < latencies.length) {
            append(appended++);
        }
        loop.schedule(TICK_NANOS, this::tick);
    }

    private void append(int number) {
        long dueNanos = startNanos + (long) (number / perNano);
        last = writer.append(Payloads.of(number, payloadSize));
        last.whenComplete((entry, failed) -> {
            latencies[number] = System.nanoTime() - dueNanos;
            if (failed != null) {
                failure.compareAndSet(null, Futures.cause(failed));
            } else if (entry != number) {
                failure.compareAndSet(null, new AssertionError("append %s became entry %s".formatted(number, entry)));
            }
        });
    }

    /** How many entries have been appended so far. */
    int appended() {
        Promise<Integer> now = loop.promise();
        loop.execute(() -> now.complete(appended));
        return Awaiting.real(now);
    }

    /** Appends no more for now, and returns when all is acknowledged that was appended. */
    void pause() {
        Promise<CompletableFuture<Long>> newest = loop.promise();
        loop.execute(() -> {
            paused = true;
            pausedNanos = loop.clock().nanos();
            newest.complete(last);
        });
        Awaiting.real(Awaiting.real(newest));
    }

    /** Goes on; what would have been due meanwhile is due that much later. */
    void resume() {
        loop.execute(() -> {
            paused = false;
            startNanos += loop.clock().nanos() - pausedNanos;
        });
    }

    /** Stops appending; returns how many there were. */
    int stop() {
        loop.execute(() -> stopping = true);
        return Math.toIntExact(Awaiting.real(stopped));
    }

    /** Why the first append failed; null if none did. */
    @Nullable
    Throwable failure() {
        return failure.get();
    }

    /** The latency that {@code share} of the entries from {@code first} to before {@code end} did not exceed. */
    Duration quantile(int first, int end, double share) {
        long[] sorted = Arrays.copyOfRange(latencies, first, end);
        Arrays.sort(sorted);
        if (sorted[0] == 0) {
            throw new IllegalStateException("entries from %s to %s are not all acknowledged".formatted(first, end - 1));
        }
        return Duration.ofNanos(sorted[(int) Math.ceil(share * sorted.length) - 1]);
    }

    @Override
    public void close() {
        loop.close();
    }
}
