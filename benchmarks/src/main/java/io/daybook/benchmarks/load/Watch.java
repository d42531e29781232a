package io.daybook.benchmarks.load;

import io.daybook.base.time.Clock;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Someone who looks on while a run goes, and may end it.
 *
 * <p>Called by the thread that runs the workload, a few times a second.
 */
public interface Watch {
    /** How often a run shows where it is. */
    long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Looks away, and never ends anything. */
    Watch NOBODY = new Watch() {
        @Override
        public void begin(String task, String unit, long total) {}

        @Override
        public void at(long done) {}

        @Override
        public boolean told() {
            return false;
        }
    };

    /**
     * A new part of the work begins.
     *
     * @param task such as "writing"
     * @param unit what is counted
     * @param total how many there will be, 0 or less if nobody knows
     */
    void begin(String task, String unit, long total);

    /** So much of it is done. */
    void at(long done);

    /** Whether the run is to end now, because somebody pressed Ctrl-C. */
    boolean told();

    /** Waits for {@code future}, showing {@code done} meanwhile; throws what it failed with, or CancellationException when told to end. */
    default <T> T await(CompletableFuture<T> future, LongSupplier done) {
        while (true) {
            try {
                return future.get(TICK_NANOS, TimeUnit.NANOSECONDS);
            } catch (TimeoutException notYet) {
                tick(done);
            } catch (ExecutionException failed) {
                throw new CompletionException(failed.getCause());
            } catch (InterruptedException e) {
                throw new CancellationException("interrupted");
            }
        }
    }

    /** As the other, with nothing to show. */
    default <T> T await(CompletableFuture<T> future) {
        return await(future, () -> 0);
    }

    private void tick(LongSupplier done) {
        if (told()) {
            throw new CancellationException("told to end");
        }
        at(done.getAsLong());
    }

    /** Waits until {@code nanos} have passed or {@code failed} completes, whose failure it throws; shows {@code done} meanwhile. */
    default void pause(Clock clock, long nanos, CompletableFuture<Throwable> failed, LongSupplier done) {
        long end = clock.nanos() + nanos;
        for (long left = nanos; left > 0; left = end - clock.nanos()) {
            try {
                throw new CompletionException(failed.get(Math.min(left, TICK_NANOS), TimeUnit.NANOSECONDS));
            } catch (TimeoutException notYet) {
                tick(done);
            } catch (ExecutionException never) {
                throw new CompletionException(never.getCause());
            } catch (InterruptedException e) {
                throw new CancellationException("interrupted");
            }
        }
    }
}
