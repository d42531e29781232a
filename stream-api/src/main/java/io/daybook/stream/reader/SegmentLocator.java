package io.daybook.stream.reader;

import io.daybook.stream.metadata.SegmentInfo;
import io.daybook.stream.metadata.StreamMetadata;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which segment holds an offset, by the record and by what this reader has seen end. Asking by offset makes late, repeated and lost news of the record
 * harmless. Belongs to the reader's loop.
 */
final class SegmentLocator {
    private static final int REMEMBERED_MAX = 64;

    private final TreeMap<Long, Long> exhausted = new TreeMap<>(); // segment to the offset it ended at

    /** Nothing follows in segment {@code seq}. */
    void exhausted(long seq, long end) {
        exhausted.put(seq, end);
        if (exhausted.size() > REMEMBERED_MAX) {
            Map.Entry<Long, Long> oldest = exhausted.firstEntry();
            exhausted.remove(oldest.getKey());
        }
    }

    /** The segment to read {@code offset} from, or null if none is known yet. */
    @Nullable
    SegmentInfo locate(StreamMetadata record, long offset) {
        @Nullable SegmentInfo before = null;
        for (SegmentInfo segment : record.segments()) {
            boolean here = switch (segment.state()) {
                case CLOSED, LOST -> segment.startOffset() <= offset && offset < segment.endOffset();
                case OPEN -> segment.startOffset() <= offset && !exhausted.containsKey(segment.seq());
                case NEXT -> !exhausted.containsKey(segment.seq()) && endsAt(record, before, offset);
            };
            if (here) {
                return segment;
            }
            before = segment;
        }
        return null;
    }

    private boolean endsAt(StreamMetadata record, @Nullable SegmentInfo before, long offset) {
        if (before == null) {
            return record.endOfEnded() == offset;
        }
        if (before.ended()) {
            return before.endOffset() == offset;
        }
        Long end = exhausted.get(before.seq());
        return end != null && end == offset;
    }
}
