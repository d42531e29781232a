package io.daybook.bookie.storage;

import io.daybook.bookie.entrylog.EntryLogFormat;
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

    /** Where an entry stands among those here, negative if it does not. */
    int indexOf(long entryId) {
        return Arrays.binarySearch(ids, entryId);
    }

    /** The place after {@code at} if {@code entryId} stands there, else −1. */
    int after(int at, long entryId) {
        return at + 1 < ids.length && ids[at + 1] == entryId ? at + 1 : -1;
    }

    /** Bytes of the body at a place. */
    int length(int at) {
        return (int) places[at];
    }

    /** Index in {@link #bytes} of the record at a place, header included. */
    int recordStart(int at) {
        return (int) (places[at] >>> 32) - EntryLogFormat.RECORD_HEADER_BYTES;
    }

    /** Index in {@link #bytes} behind the record at a place. */
    int recordEnd(int at) {
        return (int) (places[at] >>> 32) + length(at);
    }

    /** Whether the next record stands directly behind the one at {@code at}, which is not the last. */
    boolean adjacent(int at) {
        return recordEnd(at) == recordStart(at + 1);
    }

    /** All the memory; whoever keeps a part of it retains it, and nobody changes it. */
    ByteBuf bytes() {
        return bytes;
    }

    void markUsed() {
        used = true;
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
