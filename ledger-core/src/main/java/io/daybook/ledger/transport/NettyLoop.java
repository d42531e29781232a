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
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A loop over an event loop that also serves connections, so that a request can be served without changing threads. Never blocks.
 *
 * <p>A pass is one round over the ready connections, or over the tasks that were queued when it began: tasks have a queue of their own here,
 * because the event loop would go on for as long as tasks keep coming, and no output would be flushed meanwhile.
 *
 * <p><b>Failure.</b> An exception that leaves a task ends the loop: the failure handler is told, later tasks are dropped, and its
 * connections are closed.
 */
final class NettyLoop implements Loop {
    private final String name;
    private final Clock clock;
    private final FailureHandler failures;
    private final SingleThreadIoEventLoop events;

    private final AtomicReference<@Nullable Task> submitted = new AtomicReference<>(); // newest first
    private final Runnable drain = this::drain;
    private final Runnable tail = this::tail;
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
        if (failed || events.isShutdown()) {
            throw new RejectedExecutionException(name + (failed ? " has failed and is closed" : " is closed"));
        }
        Task mine = new Task(task);
        Task head;
        do {
            head = submitted.get();
            mine.older = head;
        } while (!submitted.compareAndSet(head, mine));
        if (head == null) {
            events.execute(drain);
        }
    }

    /** One pass over what is queued now; what comes meanwhile is for the next pass, after connections had their turn. */
    private void drain() {
        Task task = oldestFirst(submitted.getAndSet(null));
        while (task != null) {
            run0(task.work);
            task = task.older;
        }
        runAfterPass();
    }

    private static @Nullable Task oldestFirst(@Nullable Task newest) {
        Task reversed = null;
        Task next = newest;
        while (next != null) {
            Task older = next.older;
            next.older = reversed;
            reversed = next;
            next = older;
        }
        return reversed;
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
            events.executeAfterEventLoopIteration(tail);
        }
    }

    private void tail() {
        afterPassAsked = false;
        runAfterPass();
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

    /** A queued task and the one that was queued before it. */
    private static final class Task {
        private final Runnable work;
        private @Nullable Task older;

        Task(Runnable work) {
            this.work = work;
        }
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
