package io.daybook.ledger.transport;

import io.daybook.base.error.Check;
import io.daybook.base.exec.FailureHandler;
import io.daybook.base.exec.Loop;
import io.daybook.base.time.Clock;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A loop over an event loop that also serves connections, so that a request can be served without changing threads. Never blocks.
 *
 * <p><b>Failure.</b> An exception that leaves a task ends the loop: the failure handler is told, later tasks are dropped, and its
 * connections are closed.
 */
final class NettyLoop implements Loop {
    private final String name;
    private final Clock clock;
    private final FailureHandler failures;
    private final SingleThreadIoEventLoop events;

    private volatile boolean failed;

    private List<Runnable> afterPass = new ArrayList<>(); // this and below: the loop only
    private List<Runnable> afterPassSpare = new ArrayList<>();
    private boolean afterPassAsked;

    NettyLoop(String name, Clock clock, FailureHandler failures, SingleThreadIoEventLoop events) {
        this.name = name;
        this.clock = clock;
        this.failures = failures;
        this.events = events;
    }

    SingleThreadIoEventLoop events() {
        return events;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean inLoop() {
        return events.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        if (failed) {
            throw new RejectedExecutionException(name + " has failed and is closed");
        }
        events.execute(() -> run0(task));
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        Check.argument(delayNanos >= 0, "a delay is 0 ns or more, not %d", delayNanos);
        ScheduledFuture<?> future = events.schedule(() -> run0(task), delayNanos, TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public void afterPass(Runnable task) {
        Check.state(inLoop(), "afterPass of %s was called from another thread", name);
        afterPass.add(task);
        if (!afterPassAsked) {
            afterPassAsked = true;
            events.executeAfterEventLoopIteration(this::runAfterPass);
        }
    }

    private void runAfterPass() {
        while (!afterPass.isEmpty()) {
            List<Runnable> tasks = afterPass;
            afterPass = afterPassSpare;
            for (int i = 0; i < tasks.size(); i++) {
                run0(tasks.get(i));
            }
            tasks.clear();
            afterPassSpare = tasks;
        }
        afterPassAsked = false;
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public String toString() {
        return name;
    }

    private void run0(Runnable task) {
        if (failed) {
            return;
        }
        try {
            task.run();
        } catch (Throwable failure) { // the outermost place of this loop: nothing may go on after a bug
            fail(failure);
        }
    }

    /** Ends the loop because of a bug; only on the loop. */
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end
    void fail(Throwable failure) {
        if (!failed) {
            failed = true;
            failures.onFailure(name, failure);
            events.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        }
    }
}
