package io.daybook.cli;

import io.daybook.base.time.SystemClock;
import io.daybook.benchmarks.load.Watch;
import org.jspecify.annotations.Nullable;

/** Shows how far a load is, on standard error, and ends it when the process is told to end. One thread. */
final class BenchWatch implements Watch, AutoCloseable {
    private final UntilInterrupted ending;

    private @Nullable Progress progress;

    BenchWatch(UntilInterrupted ending) {
        this.ending = ending;
    }

    @Override
    public void begin(String task, String unit, long total) {
        close();
        progress = new Progress(task, unit, total, SystemClock.INSTANCE);
    }

    @Override
    public void at(long done) {
        if (progress != null) {
            progress.reach(done);
        }
    }

    @Override
    public boolean told() {
        return ending.told();
    }

    /** The same, for what has to be done in any case. */
    Watch untold() {
        return new Watch() {
            @Override
            public void begin(String task, String unit, long total) {
                BenchWatch.this.begin(task, unit, total);
            }

            @Override
            public void at(long done) {
                BenchWatch.this.at(done);
            }

            @Override
            public boolean told() {
                return false;
            }
        };
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.close();
            progress = null;
        }
    }
}
