package io.daybook.bookie.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Entries of one ledger as a read brought them from a file, blocks verified. Owner of {@code bytes}. Says nothing about entries that it does not hold.
 * Belongs to the loop it was handed to.
 */
final class Segment {
    private final long ledgerId;
    private final long[] ids; // ascending
    private final long[] places; // index of the bytes << 32 | length
    private final ByteBuf bytes;
    private boolean used; // since the read cache last looked at it

    /** Takes {@code bytes} over. */
    Segment(long ledgerId, long[] ids, long[] places, ByteBuf bytes) {
        this.ledgerId = ledgerId;
        this.ids = ids;
        this.places = places;
        this.bytes = bytes;
    }

    long ledgerId() {
        return ledgerId;
    }

    long first() {
        return ids[0];
    }

    long last() {
        return ids[ids.length - 1];
    }

    /** The entry in the middle: whoever reads it may soon need what comes after the last. */
    long middle() {
        return ids[ids.length / 2];
    }

    /** Memory it takes, bytes. */
    long size() {
        return bytes.capacity() + ids.length * 16L + 100;
    }

    boolean contains(long entryId) {
        return Arrays.binarySearch(ids, entryId) >= 0;
    }

    /** A copy of an entry, or null if it is not here. */
    @Nullable
    ByteBuf copy(long entryId, ByteBufAllocator buffers) {
        int at = Arrays.binarySearch(ids, entryId);
        if (at < 0) {
            return null;
        }
        used = true;
        int length = (int) places[at];
        return buffers.buffer(length).writeBytes(bytes, (int) (places[at] >>> 32), length);
    }

    /** Whether it was used since this was last asked. */
    boolean takeUsed() {
        boolean was = used;
        used = false;
        return was;
    }

    void release() {
        bytes.release();
    }
}
