package io.daybook.base.time;

import java.time.Duration;

/**
 * The moment on a {@link Clock}'s monotonic scale after which a caller no longer waits.
 *
 * @param nanos reading of {@link Clock#nanos()}; compare by difference only
 */
public record Deadline(long nanos) {

    /** The deadline {@code wait} from now; waits over 100 years are cut to that. */
    public static Deadline after(Clock clock, Duration wait) {
        long nanos = wait.compareTo(Duration.ofDays(36_500)) > 0
                ? Duration.ofDays(36_500).toNanos()
                : wait.toNanos();
        return new Deadline(clock.nanos() + nanos);
    }

    /** Nanoseconds left, zero or less once the deadline has passed. */
    public long remainingNanos(Clock clock) {
        return nanos - clock.nanos();
    }

    /** True once the deadline has passed. */
    public boolean expired(Clock clock) {
        return remainingNanos(clock) <= 0;
    }
}
