package io.daybook.bookie.server;

import io.netty.buffer.ByteBuf;

/** The bytes of a batch answer as stock bookies count them: 36 for the answer, 4 more per entry. */
final class BatchSize {
    private static final int ANSWER_BYTES = 36;
    private static final int ENTRY_BYTES = 4;

    private final long max;
    private long bytes = ANSWER_BYTES;

    BatchSize(long max) {
        this.max = max;
    }

    /** Counts {@code entry} in; false if the answer is larger than it may be with it. */
    boolean fits(ByteBuf entry) {
        bytes += ENTRY_BYTES + entry.readableBytes();
        return bytes <= max;
    }

    /** Bytes still free, 0 if none. */
    long left() {
        return Math.max(0, max - bytes);
    }
}
