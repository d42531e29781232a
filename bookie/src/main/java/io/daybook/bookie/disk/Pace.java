package io.daybook.bookie.disk;

/**
 * The plan of writing in the background what nobody waits for: many small pieces where there is time, so that a journal on the same disk never waits for much
 * of it. Immutable; whoever follows it ends it when somebody waits after all.
 */
public final class Pace {
    /** Most bytes to write at once; larger writes gain nothing. */
    public static final int PIECE_BYTES_MAX = 1 << 20;

    private static final int PIECE_BYTES_MIN = 64 << 10;
    private static final long PIECE_NANOS = 5_000_000; // a piece is what is due in this time
    private static final long PAUSE_NANOS_MAX = 20_000_000;

    private final long begun;
    private final long nanos;
    private final long bytes;

    /**
     * @param now when the writing begins, on the loop's clock, ns
     * @param nanos that it may take; 0 if it is to be done at once
     * @param bytes of it
     */
    public Pace(long now, long nanos, long bytes) {
        this.begun = now;
        this.nanos = nanos;
        this.bytes = Math.max(1, bytes);
    }

    /** How much to write at once, bytes; a power of two. */
    public int pieceBytes() {
        double due = (double) bytes * PIECE_NANOS / Math.max(1, nanos);
        return Integer.highestOneBit((int) Math.max(PIECE_BYTES_MIN, Math.min(PIECE_BYTES_MAX, due)));
    }

    /** How long to wait at {@code now}, after {@code written} bytes, before the next piece; at most {@value #PAUSE_NANOS_MAX} ns, and 0 if it is late. */
    public long pauseNanos(long now, long written) {
        long due = begun + (long) ((double) written / bytes * nanos);
        return Math.max(0, Math.min(PAUSE_NANOS_MAX, due - now));
    }
}
