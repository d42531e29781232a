package io.daybook.cli;

import io.daybook.base.time.Clock;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a long command is, on standard error: a bar with rate and time left on a terminal, a plain line every two
 * seconds elsewhere. {@link #step} is cheap and for one thread.
 */
final class Progress implements AutoCloseable {
    private static final long LINE_EVERY_NANOS = Duration.ofSeconds(2).toNanos();

    private final String task;
    private final long total;
    private final String unit;
    private final Clock clock;
    private final @Nullable ProgressBar bar;
    private final long startNanos;

    private long done;
    private long lastLineNanos;

    /** @param total how many steps there will be, 0 or less if nobody knows */
    Progress(String task, String unit, long total, Clock clock) {
        this.task = task;
        this.unit = unit;
        this.total = total;
        this.clock = clock;
        this.startNanos = clock.nanos();
        this.lastLineNanos = startNanos;
        this.bar = System.console() != null
                ? new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(total)
                        .setUnit(" " + unit, 1)
                        .setStyle(ProgressBarStyle.ASCII)
                        .showSpeed()
                        .build()
                : null;
    }

    void step(long count) {
        done += count;
        if (bar != null) {
            bar.stepBy(count);
            return;
        }
        if ((done & 1023) < count) { // look at the clock now and then only
            lineIfDue();
        }
    }

    /** As many steps as make {@code total} of them; for callers that come a few times a second rather than with each step. */
    void reach(long total) {
        long more = total - done;
        done = total;
        if (bar != null) {
            bar.stepBy(more);
        } else {
            lineIfDue();
        }
    }

    private void lineIfDue() {
        long now = clock.nanos();
        if (now - lastLineNanos >= LINE_EVERY_NANOS) {
            lastLineNanos = now;
            System.err.println(line(now));
        }
    }

    private String line(long now) {
        double seconds = (now - startNanos) / 1e9;
        double rate = done / seconds;
        String left = total > 0 && rate > 0 ? ", %.0f s left".formatted((total - done) / rate) : "";
        return "%s: %,d%s %s, %,.0f/s%s"
                .formatted(task, done, total > 0 ? " of %,d".formatted(total) : "", unit, rate, left);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
