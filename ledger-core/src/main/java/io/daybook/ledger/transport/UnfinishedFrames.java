package io.daybook.ledger.transport;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The beginnings of frames that the connections of one loop hold, bounded in bytes: beyond the bound the connection that has been longest at one frame is
 * closed, so that peers which send slowly, or never finish, give way to those that do.
 *
 * <p>One frame is always let through, however small the bound. Belongs to its loop.
 */
final class UnfinishedFrames {
    private final long bytesMax;
    private final Map<Holder, Integer> held = new LinkedHashMap<>(); // bytes of each, the oldest first
    private long bytes;

    /** Whoever holds the beginning of a frame. */
    interface Holder {

        /** Lets it go, and says {@link #ended}; the connection ends. */
        void evict(long heldBytes);
    }

    UnfinishedFrames(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Whether {@code more} bytes leave half of the room free. */
    boolean ample(int more) {
        return bytes + more <= bytesMax / 2;
    }

    /** {@code holder} now holds so many bytes. */
    void holds(Holder holder, int now) {
        Integer before = held.put(holder, now); // one that was there keeps its place
        bytes += now - (before == null ? 0 : before);
        while (bytes > bytesMax && held.size() > 1) {
            Iterator<Map.Entry<Holder, Integer>> oldest = held.entrySet().iterator();
            Map.Entry<Holder, Integer> first = oldest.next();
            Map.Entry<Holder, Integer> victim = first.getKey() == holder ? oldest.next() : first;
            int size = victim.getValue();
            Holder evicted = victim.getKey();
            ended(evicted);
            evicted.evict(size);
        }
    }

    /** {@code holder} holds nothing any more. */
    void ended(Holder holder) {
        Integer before = held.remove(holder);
        if (before != null) {
            bytes -= before;
        }
    }

    long bytes() {
        return bytes;
    }
}
