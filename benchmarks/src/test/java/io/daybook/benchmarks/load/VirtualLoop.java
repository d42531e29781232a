package io.daybook.benchmarks.load;

import io.daybook.base.exec.Loop;
import io.daybook.base.time.Clock;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A loop whose time passes only when a test lets it. One thread. */
final class VirtualLoop implements Loop, Clock {
    private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
    private final PriorityQueue<Timed> timed =
            new PriorityQueue<>(Comparator.comparingLong(Timed::atNanos).thenComparingLong(Timed::number));

    private long nanos;
    private long number;

    private record Timed(long atNanos, long number, Runnable task) {}

    /** Runs everything up to {@code endNanos}, which is the time then. */
    void runUntil(long endNanos) {
        while (true) {
            Runnable next = ready.poll();
            if (next == null) {
                Timed first = timed.peek();
                if (first == null || first.atNanos() > endNanos) {
                    break;
                }
                timed.remove();
                nanos = Math.max(nanos, first.atNanos());
                next = first.task();
            }
            next.run();
        }
        nanos = endNanos;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long millis() {
        return nanos / 1_000_000;
    }

    @Override
    public String name() {
        return "virtual";
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        ready.add(task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
        Timed entry = new Timed(nanos + delayNanos, number++, task);
        timed.add(entry);
        return () -> timed.remove(entry);
    }

    @Override
    public void afterPass(Runnable task) {
        ready.add(task);
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    @Override
    public Clock clock() {
        return this;
    }
}
