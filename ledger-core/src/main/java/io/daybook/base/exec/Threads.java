package io.daybook.base.exec;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The only maker of threads. Names look like {@code db-journal-0}; all are daemons, so that the one who started the process decides
 * when it ends.
 *
 * <p>Safe from any thread.
 */
public final class Threads {
    private Threads() {}

    /** A thread, not yet started, whose uncaught exception goes to {@code failures}. */
    public static Thread thread(String name, Runnable work, FailureHandler failures) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((failed, failure) -> failures.onFailure(failed.getName(), failure));
        return thread;
    }

    /** Makes {@code prefix-0}, {@code prefix-1}, …: for libraries that bring their own loops. */
    public static ThreadFactory factory(String prefix, FailureHandler failures) {
        AtomicInteger next = new AtomicInteger();
        return work -> thread(prefix + "-" + next.getAndIncrement(), work, failures);
    }

    /** Runs {@code work} on a thread of its own when the process is told to end; the process waits for it. */
    public static void onExit(Runnable work) {
        Runtime.getRuntime().addShutdownHook(new Thread(work, "db-exit"));
    }
}
