package io.daybook.bookie.storage;

import io.daybook.bookie.entrylog.EntryLogWriter;

/**
 * The plan of a flush that nobody waits for: it takes a quarter of the time in which its caches were filled, in many small pieces where that is long, so
 * that a journal on the same disk never waits for much of it. When the next caches fill faster than the plan expects, {@link Flusher#press} ends it.
 */
final class FlushPace {
    private static final int PIECE_BYTES_MIN = 64 << 10;
    private static final long PIECE_NANOS = 20_000_000; // a piece is what is due in this time

    private final long begun;
    private final long nanos;
    private final long bytes;

    /**
     * @param now when the flush begins, on the loop's clock
     * @param filledNanos in which its caches were filled
     * @param bytes that it moves
     */
    FlushPace(long now, long filledNanos, long bytes) {
        this.begun = now;
        this.nanos = filledNanos / 4;
        this.bytes = Math.max(1, bytes);
    }

    /** How much to write at once, bytes. */
    int pieceBytes() {
        double due = (double) bytes * PIECE_NANOS / Math.max(1, nanos);
        return (int) Math.max(PIECE_BYTES_MIN, Math.min(EntryLogWriter.WRITE_BYTES, due));
    }

    /** How long to wait at {@code now}, after {@code moved} bytes, before the next piece; at most {@value #PIECE_NANOS} ns, and 0 if it is late. */
    long pauseNanos(long now, long moved) {
        long due = begun + (long) ((double) moved / bytes * nanos);
        return Math.max(0, Math.min(PIECE_NANOS, due - now));
    }
}
