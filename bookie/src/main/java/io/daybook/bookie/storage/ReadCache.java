package io.daybook.bookie.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What reads brought from files, bounded in bytes; the oldest segments go first, those used meanwhile get a second round. Owner of its segments.
 * One loop only.
 */
final class ReadCache {
    private final long bytesMax;
    private final LongMap<List<Segment>> ledgers = new LongMap<>();
    private final ArrayDeque<Segment> queue = new ArrayDeque<>(); // also segments that left ledgers already
    private long bytes;

    ReadCache(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Memory of all segments. */
    long bytes() {
        return bytes;
    }

    /** The segment that holds an entry, or null. */
    @Nullable
    Segment find(long ledgerId, long entryId) {
        List<Segment> segments = ledgers.get(ledgerId);
        if (segments != null) {
            for (int i = segments.size() - 1; i >= 0; i--) {
                if (segments.get(i).contains(entryId)) {
                    return segments.get(i);
                }
            }
        }
        return null;
    }

    @Nullable
    ByteBuf copy(long ledgerId, long entryId, ByteBufAllocator buffers) {
        Segment segment = find(ledgerId, entryId);
        return segment == null ? null : segment.copy(entryId, buffers);
    }

    /** Takes {@code segment} over; larger than the cache, it is released at once. */
    void add(Segment segment) {
        if (segment.size() > bytesMax) {
            segment.release();
            return;
        }
        while (bytes + segment.size() > bytesMax) {
            Segment oldest = queue.remove();
            if (oldest.takeUsed()) {
                queue.add(oldest);
            } else {
                drop(oldest);
            }
        }
        List<Segment> segments = ledgers.get(segment.ledgerId());
        if (segments == null) {
            segments = new ArrayList<>(2);
            ledgers.put(segment.ledgerId(), segments);
        }
        segments.add(segment);
        queue.add(segment);
        bytes += segment.size();
    }

    /** Drops what could hold an old copy of an entry that was written again. */
    void rewritten(long ledgerId, long entryId) {
        List<Segment> segments = ledgers.size() == 0 ? null : ledgers.get(ledgerId);
        if (segments != null) {
            for (Segment segment : List.copyOf(segments)) {
                if (segment.contains(entryId)) {
                    queue.remove(segment);
                    drop(segment);
                }
            }
        }
    }

    void forget(long ledgerId) {
        List<Segment> segments = ledgers.get(ledgerId);
        if (segments != null) {
            for (Segment segment : List.copyOf(segments)) {
                queue.remove(segment);
                drop(segment);
            }
        }
    }

    private void drop(Segment segment) {
        bytes -= segment.size();
        List<Segment> segments = ledgers.get(segment.ledgerId());
        if (segments != null) {
            segments.remove(segment);
            if (segments.isEmpty()) {
                ledgers.remove(segment.ledgerId());
            }
        }
        segment.release();
    }

    void clear() {
        while (!queue.isEmpty()) {
            drop(queue.remove());
        }
    }
}
