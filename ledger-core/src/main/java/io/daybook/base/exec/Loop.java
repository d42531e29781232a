package io.daybook.base.exec;

import io.daybook.base.time.Clock;
import java.util.concurrent.Executor;

/**
 * One thread at a time with a queue of tasks and timers; the owner of all state that is pinned to it.
 *
 * <p><b>Threads.</b> {@link #execute}, {@link #schedule}, {@link #inLoop}, {@link #promise} are safe from any thread.
 * Tasks of one submitting thread run in the order they were submitted. An exception that leaves a task is a bug: the loop
 * hands it to its owner's failure handler.
 */
public interface Loop extends Executor {

    /** A short name for logs, such as {@code db-loop-3}. */
    String name();

    /** True when the calling thread is this loop. */
    boolean inLoop();

    /** Runs {@code task} later on this loop, never inside this call. Throws RejectedExecutionException once closed. */
    @Override
    void execute(Runnable task);

    /** Runs {@code task} on this loop after at least {@code delayNanos} (0 or more), unless cancelled before. */
    Timer schedule(long delayNanos, Runnable task);

    /**
     * Runs {@code task} once, at the end of the current pass over the queued events; only from this loop. This is where
     * output is flushed: once per pass, however many events wrote something.
     */
    void afterPass(Runnable task);

    /** True for a loop made for blocking disk work, where a disk operation may run inside the call that asks for it. */
    boolean mayBlock();

    /** The clock of this loop's node. */
    Clock clock();

    /** A future that completes on this loop only. */
    default <T> Promise<T> promise() {
        return new Promise<>(this);
    }

    /** Runs {@code task} now when already on this loop, else later on it. */
    default void run(Runnable task) {
        if (inLoop()) {
            task.run();
        } else {
            execute(task);
        }
    }

    /** A task waiting for its time. */
    interface Timer {

        /** Forgets the task if it has not started; only effective without a race when called on the loop itself. */
        void cancel();
    }
}
