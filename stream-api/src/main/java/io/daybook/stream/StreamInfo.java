package io.daybook.stream;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream as its record and its last segment show it.
 *
 * @param name its name
 * @param id its identity
 * @param config how it is kept
 * @param createdMillis when it was made, ms since the epoch
 * @param epoch how often it changed hands
 * @param owner who may append, or null when released
 * @param sealed true when nothing will ever be appended again
 * @param head oldest offset that can be read
 * @param tail offset the next committed record will get; a lower bound
 * @param segments its segments in order
 */
public record StreamInfo(
        String name,
        StreamId id,
        StreamConfig config,
        long createdMillis,
        long epoch,
        @Nullable StreamOwner owner,
        boolean sealed,
        long head,
        long tail,
        List<Segment> segments) {

    public StreamInfo {
        segments = List.copyOf(segments);
    }

    /** Records that can be read. */
    public long recordCount() {
        return tail - head;
    }

    /**
     * One ledger of the stream.
     *
     * @param sequence its number
     * @param ledger its ledger
     * @param state NEXT, OPEN, CLOSED or LOST
     * @param startOffset first offset, −1 while NEXT
     * @param endOffset offset after its last record, −1 until closed
     * @param bytes stored bytes once closed, else 0
     */
    public record Segment(long sequence, long ledger, String state, long startOffset, long endOffset, long bytes) {}
}
