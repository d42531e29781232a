package io.daybook.relay;

import io.daybook.base.error.Check;
import java.time.Duration;

/**
 * How fast one direction is.
 *
 * @param bytesPerSecond of all connections together; {@link Long#MAX_VALUE}: no limit
 * @param latency what each frame takes on top
 */
public record Pace(long bytesPerSecond, Duration latency) {
    /** As fast as it goes. */
    public static final Pace FREE = new Pace(Long.MAX_VALUE, Duration.ZERO);

    public Pace {
        Check.argument(bytesPerSecond > 0, "a pace is above 0 bytes a second, not %s", bytesPerSecond);
        Check.argument(!latency.isNegative(), "a latency is not negative: %s", latency);
    }

    boolean free() {
        return bytesPerSecond == Long.MAX_VALUE && latency.isZero();
    }

    /** How long the line is busy with {@code bytes}. */
    long nanos(int bytes) {
        return bytesPerSecond == Long.MAX_VALUE ? 0 : (long) (bytes * 1e9 / bytesPerSecond);
    }
}
