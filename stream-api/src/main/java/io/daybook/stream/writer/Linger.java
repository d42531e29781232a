package io.daybook.stream.writer;

import io.daybook.base.exec.Loop;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long the first request of an open batch has waited for company, where waiting was asked for. Belongs to the stream's loop. */
final class Linger {
    private final Loop loop;
    private final long nanos;
    private final Runnable onOver;
    private Loop.@Nullable Timer timer;
    private boolean over;

    /** Calls {@code onOver} each time {@code longest} has passed, which is not zero. */
    Linger(Loop loop, Duration longest, Runnable onOver) {
        this.loop = loop;
        this.nanos = longest.toNanos();
        this.onOver = onOver;
    }

    /** A batch was begun. */
    void begin() {
        if (timer == null) {
            timer = loop.schedule(nanos, () -> {
                timer = null;
                over = true;
                onOver.run();
            });
        }
    }

    /** Whether the open batch has waited long enough. */
    boolean over() {
        return over;
    }

    /** A batch was sent, or none is open. */
    void reset() {
        over = false;
    }

    void stop() {
        if (timer != null) {
            timer.cancel();
        }
    }
}
