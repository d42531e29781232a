package io.daybook.benchmarks.micro;

import io.daybook.base.exec.Loop;
import io.daybook.base.time.Clock;
import io.daybook.base.time.SystemClock;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A loop turned by hand, on the thread that turns it. Timers never fire, as a benchmark ends before, unless it is {@link #punctual}. */
final class HandLoop implements Loop {
    private final boolean punctual;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ArrayDeque<Runnable> afterPass = new ArrayDeque<>();
    private final PriorityQueue<Due> timers = new PriorityQueue<>(Comparator.comparingLong(Due::nanos));

    private record Due(long nanos, Runnable task) {}

    HandLoop() {
        this(false);
    }

    private HandLoop(boolean punctual) {
        this.punctual = punctual;
    }

    /** A loop whose timers fire with the first turn after they are due: a journal makes its files ready by them. */
    static HandLoop punctual() {
        return new HandLoop(true);
    }

    /** Runs all there is to run, and what comes of it. */
    void turn() {
        for (Due due = timers.peek(); due != null && due.nanos() <= clock().nanos(); due = timers.peek()) {
            timers.remove();
            tasks.add(due.task());
        }
        while (!tasks.isEmpty() || !afterPass.isEmpty()) {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
            for (Runnable task = afterPass.poll(); task != null; task = afterPass.poll()) {
                task.run();
            }
        }
    }

    @Override
    public String name() {
        return "hand";
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        if (!punctual) {
            return () -> {};
        }
        Due due = new Due(clock().nanos() + delayNanos, task);
        timers.add(due);
        return () -> timers.remove(due);
    }

    @Override
    public void afterPass(Runnable task) {
        afterPass.add(task);
    }

    @Override
    public boolean mayBlock() {
        return true;
    }

    @Override
    public Clock clock() {
        return SystemClock.INSTANCE;
    }
}
