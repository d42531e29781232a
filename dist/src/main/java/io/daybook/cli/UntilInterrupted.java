package io.daybook.cli;

import io.daybook.base.exec.Threads;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a server run until the process is told to end, and lets that end wait, at most a minute, until the server has closed: make it before the server,
 * so that it is closed after it.
 */
final class UntilInterrupted implements AutoCloseable {
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    UntilInterrupted() {
        Threads.onExit(() -> {
            told.countDown();
            try {
                if (!closed.await(60, TimeUnit.SECONDS)) {
                    System.err.println("daybook: not everything had closed after a minute; ending all the same");
                }
            } catch (InterruptedException e) {
                System.err.println("daybook: interrupted while closing; ending all the same");
            }
        });
    }

    /** Returns when the process is told to end, by Ctrl-C or a signal. */
    void await() {
        try {
            told.await();
        } catch (InterruptedException e) {
            throw new CommandFailure(ExitCode.INTERRUPTED, "interrupted", e);
        }
    }

    /** Whether the process was told to end. */
    boolean told() {
        return told.getCount() == 0;
    }

    /** Lets the process end. */
    @Override
    public void close() {
        closed.countDown();
    }
}
