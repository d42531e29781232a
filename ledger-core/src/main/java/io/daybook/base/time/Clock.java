package io.daybook.base.time;

/** Tells monotonic and wall time; one of the few doors to the outside world. Safe from any thread. */
public interface Clock {

    /** Nanoseconds on a clock that never goes back; only differences mean something. */
    long nanos();

    /** Milliseconds since the epoch, UTC; may jump in either direction. */
    long millis();
}
