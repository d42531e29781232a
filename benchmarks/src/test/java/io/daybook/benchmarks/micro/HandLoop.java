package io.daybook.benchmarks.micro;

import io.daybook.base.exec.Loop;
import io.daybook.base.time.Clock;
import io.daybook.base.time.SystemClock;
import java.util.ArrayDeque;

/** A loop turned by hand, on the thread that turns it. Timers never fire: a benchmark ends before. */
final class HandLoop implements Loop {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ArrayDeque<Runnable> afterPass = new ArrayDeque<>();

    /** Runs all there is to run, and what comes of it. */
    void turn() {
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
        return () -> {};
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
