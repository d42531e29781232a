package io.daybook.sim;

/** What goes wrong by itself, each with its rate in {@link SimFaults} and a stream of random numbers of its own. */
enum SimFault {
    CONNECTION_BREAK,
    HALF_OPEN,
    FRAME_DELAY,
    LOOP_STALL,
    DISK_DELAY,
    DISK_SHORT_WRITE,
    DISK_FULL,
    DISK_READ_ERROR,
    DISK_SYNC_ERROR,
    META_LOST_REPLY,
    META_UNAVAILABLE,
    META_STALE_READ,
    META_LATE_WATCH,
    META_DOUBLE_WATCH,
    META_EXPIRY;

    /** Its stream of decisions in a {@link SimReplay}. */
    final String stream = name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
}
