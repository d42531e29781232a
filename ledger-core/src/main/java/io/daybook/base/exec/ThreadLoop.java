package io.daybook.base.exec;

import io.daybook.base.error.Check;
import io.daybook.base.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A loop with a thread of its own, which may block: for journals, flushes and other disk work.
 *
 * <p><b>Threads.</b> Tasks are handed over through a lock-free stack that the loop takes whole, once per pass; it parks when
 * there is nothing to do and is woken by the first task that finds the stack empty. There is no polling and no waiting
 * timer.
 *
 * <p><b>Failure.</b> An exception that leaves a task ends the loop: what is queued is dropped, the failure handler is told, and
 * everything later is refused.
 *
 * <p>The queue has no bound of its own: whoever submits work on behalf of others bounds that work in bytes.
 */
public final class ThreadLoop implements Loop, AutoCloseable {
    private static final Task CLOSED = new Task(() -> {});

    private final String name;
    private final Clock clock;
    private final FailureHandler failures;
    private final Thread thread;

    private final AtomicReference<@Nullable Task> submitted =
            new AtomicReference<>(); // newest first; CLOSED at the end
    private volatile boolean parked;
    private volatile boolean closing;

    private final TimerHeap timers = new TimerHeap(); // this and below: the loop only
    private List<Runnable> afterPass = new ArrayList<>();
    private List<Runnable> afterPassSpare = new ArrayList<>();

    private ThreadLoop(String name, Clock clock, FailureHandler failures) {
        this.name = name;
        this.clock = clock;
        this.failures = failures;
        this.thread = Threads.thread(name, this::work, failures);
    }

    /** A running loop whose failures are logged. */
    public static ThreadLoop start(String name, Clock clock) {
        return start(name, clock, FailureHandler.logging());
    }

    /** A running loop; {@code failures} is told of the exception that ended it, on its thread. */
    public static ThreadLoop start(String name, Clock clock, FailureHandler failures) {
        ThreadLoop loop = new ThreadLoop(name, clock, failures);
        loop.thread.start();
        return loop;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    @Override
    public boolean mayBlock() {
        return true;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public void execute(Runnable task) {
        if (closing && !inLoop()) {
            throw closed();
        }
        Task mine = new Task(task);
        Task head;
        do {
            head = submitted.get();
            if (head == CLOSED) {
                throw closed();
            }
            mine.older = head;
        } while (!submitted.compareAndSet(head, mine));
        if (head == null && parked) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        Check.argument(delayNanos >= 0, "a delay is 0 ns or more, not %d", delayNanos);
        TimerHeap.Entry entry = new TimerHeap.Entry(clock.nanos() + delayNanos, task);
        LoopTimer timer = new LoopTimer(entry);
        if (inLoop()) {
            timers.add(entry);
        } else {
            execute(() -> {
                if (!timer.cancelled) {
                    timers.add(entry);
                }
            });
        }
        return timer;
    }

    @Override
    public void afterPass(Runnable task) {
        Check.state(inLoop(), "afterPass of %s was called from another thread", name);
        afterPass.add(task);
    }

    /**
     * Stops: runs what was queued before, forgets timers, and returns when the thread has ended (at once when called on the loop
     * itself). Closing twice is harmless.
     */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        if (inLoop()) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // finish closing, then tell the caller
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return name;
    }

    // ---- the loop's own steps

    private void work() {
        try {
            while (pass()) {
                parkIfIdle();
            }
        } catch (Throwable failure) { // the outermost place of this thread: nothing may go on after a bug
            submitted.set(CLOSED);
            timers.clear();
            failures.onFailure(name, failure);
        }
    }

    /** Runs everything that is due; false when the loop has ended. */
    private boolean pass() {
        Task batch = submitted.getAndSet(null);
        if (batch != null) {
            for (Task task = oldestFirst(batch); task != null; task = task.older) {
                task.work.run();
            }
        }
        runTimers();
        runAfterPass();
        return !(closing && submitted.compareAndSet(null, CLOSED));
    }

    private void runTimers() {
        TimerHeap.Entry first = timers.first();
        if (first == null) {
            return;
        }
        long now = clock.nanos();
        while (first != null && first.atNanos - now <= 0) {
            timers.remove(first);
            first.task.run();
            first = timers.first();
        }
    }

    private void runAfterPass() {
        while (!afterPass.isEmpty()) {
            List<Runnable> tasks = afterPass;
            afterPass = afterPassSpare;
            for (int i = 0; i < tasks.size(); i++) {
                tasks.get(i).run();
            }
            tasks.clear();
            afterPassSpare = tasks;
        }
    }

    private void parkIfIdle() {
        parked = true; // before the last look: a submitter that came too late for it sees the flag
        if (submitted.get() == null && !closing) {
            TimerHeap.Entry first = timers.first();
            if (first == null) {
                LockSupport.park(this);
            } else {
                long wait = first.atNanos - clock.nanos();
                if (wait > 0) {
                    LockSupport.parkNanos(this, wait);
                }
            }
        }
        parked = false;
    }

    private static @Nullable Task oldestFirst(Task newest) {
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

    private RejectedExecutionException closed() {
        return new RejectedExecutionException(name + " is closed");
    }

    /** A queued task and the one that was queued before it. */
    private static final class Task {
        private final Runnable work;
        private @Nullable Task older;

        Task(Runnable work) {
            this.work = work;
        }
    }

    private final class LoopTimer implements Timer {
        private final TimerHeap.Entry entry;
        private volatile boolean cancelled; // read by the task that adds the entry

        LoopTimer(TimerHeap.Entry entry) {
            this.entry = entry;
        }

        @Override
        public void cancel() {
            cancelled = true;
            if (inLoop()) {
                timers.remove(entry);
                return;
            }
            try {
                execute(() -> timers.remove(entry));
            } catch (RejectedExecutionException alreadyClosed) {
                // a closed loop has forgotten its timers
            }
        }
    }
}
