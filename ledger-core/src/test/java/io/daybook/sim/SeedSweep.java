package io.daybook.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tells one story per seed on several threads, and hands the results over one at a time in the order of the seeds, so that what becomes
 * of them does not depend on the number of threads. Worlds share nothing.
 */
final class SeedSweep {
    private static final int AHEAD_MAX = 1_024; // results that wait for an earlier one

    private final LongFunction<ScenarioResult> story;
    private final Predicate<ScenarioResult> fold;
    private final long end;
    private final TreeMap<Long, ScenarioResult> waiting = new TreeMap<>(); // all below: under this monitor
    private long next;
    private long folded;
    private boolean over;
    private @Nullable Throwable thrown;

    private SeedSweep(LongFunction<ScenarioResult> story, long first, long runs, Predicate<ScenarioResult> fold) {
        this.story = story;
        this.fold = fold;
        this.next = first;
        this.folded = first;
        this.end = first + runs;
    }

    /** Runs {@code runs} seeds from {@code first} on until {@code fold}, called by one thread at a time, answers false. */
    static void run(
            LongFunction<ScenarioResult> story, long first, long runs, int threads, Predicate<ScenarioResult> fold) {
        if (threads == 1) {
            for (long seed = first; seed < first + runs && fold.test(story.apply(seed)); seed++) {}
            return;
        }
        SeedSweep sweep = new SeedSweep(story, first, runs, fold);
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(sweep::work, "simulate-" + i);
            worker.setDaemon(true);
            worker.start();
            workers.add(worker);
        }
        sweep.await(workers);
    }

    private void await(List<Thread> workers) {
        try {
            for (Thread worker : workers) {
                worker.join();
            }
        } catch (InterruptedException stop) {
            stop(stop);
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            if (thrown != null) {
                throw new IllegalStateException("a schedule could not be run: " + thrown, thrown);
            }
        }
    }

    private void work() {
        try {
            for (long seed = take(); seed < end; seed = take()) {
                finished(seed, story.apply(seed));
            }
        } catch (Throwable failure) { // an Error must end the series, too
            stop(failure);
        }
    }

    /** The next seed, or the end. */
    private synchronized long take() throws InterruptedException {
        while (!over && next < end && next - folded > AHEAD_MAX) {
            wait();
        }
        return over ? end : Math.min(end, next++);
    }

    private synchronized void finished(long seed, ScenarioResult result) {
        waiting.put(seed, result);
        while (!over && !waiting.isEmpty() && waiting.firstKey() == folded) {
            over = !fold.test(waiting.pollFirstEntry().getValue());
            folded++;
        }
        notifyAll();
    }

    private synchronized void stop(Throwable failure) {
        over = true;
        thrown = thrown == null ? failure : thrown;
        notifyAll();
    }
}
