package io.daybook.cli;

import java.util.ArrayDeque;
import java.util.List;

/** What has to end with this process because it would outlive it: processes of its own. Thread-safe. */
final class StopsOnExit {
    private final ArrayDeque<Runnable> stops = new ArrayDeque<>(); // guarded by this, as is the next one
    private boolean told;

    /** Runs {@code stop} when the process is told to end, at once if it was; before those that were added earlier. */
    void add(Runnable stop) {
        synchronized (this) {
            if (!told) {
                stops.push(stop);
                return;
            }
        }
        stop.run();
    }

    /** All of them ended by themselves. */
    synchronized void clear() {
        stops.clear();
    }

    /** Whether it was. */
    synchronized boolean told() {
        return told;
    }

    /** The process is told to end. */
    void run() {
        List<Runnable> all;
        synchronized (this) {
            told = true;
            all = List.copyOf(stops);
            stops.clear();
        }
        all.forEach(Runnable::run);
    }
}
