package io.daybook.bookie.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one loop's write caches: large pieces of direct memory, used again and again, and a budget in bytes that also counts what the caches
 * keep on the heap. The collector frees the pieces once nobody has them any more. One loop only.
 */
final class ChunkPool {
    private static final int CHUNK_BYTES_MAX = 1 << 20;
    private static final int CHUNK_BYTES_MIN = 4 << 10;

    private final long bytesMax;
    private final int chunkBytes;
    private final ArrayDeque<ByteBuf> free = new ArrayDeque<>();
    private long taken; // chunks in use and heap, bytes
    private long kept; // free chunks, bytes

    ChunkPool(long bytesMax) {
        this.bytesMax = bytesMax;
        long sixteenth = Math.max(CHUNK_BYTES_MIN, Math.min(CHUNK_BYTES_MAX, bytesMax / 16));
        chunkBytes = (int) Long.highestOneBit(sixteenth);
    }

    long bytesMax() {
        return bytesMax;
    }

    /** Bytes in use. */
    long taken() {
        return taken;
    }

    /** True if nothing more may be taken. */
    boolean full() {
        return taken >= bytesMax;
    }

    /** A chunk of at least {@code bytesMin} bytes, or null if the budget does not allow it. Something always fits into an unused pool. */
    @Nullable
    ByteBuf take(int bytesMin) {
        int bytes = Math.max(chunkBytes, bytesMin);
        if (taken > 0 && taken + bytes > bytesMax) {
            return null;
        }
        taken += bytes;
        if (bytes == chunkBytes && !free.isEmpty()) {
            kept -= bytes;
            return free.pop();
        }
        while (taken + kept > bytesMax && !free.isEmpty()) { // an unusual size: make room among the usual ones
            kept -= free.pop().capacity();
        }
        return Unpooled.wrappedBuffer(
                ByteBuffer.allocateDirect(bytes)); // never tracked, never released: the collector does
    }

    /** Counts memory on the heap; never refuses. */
    void takeHeap(long bytes) {
        taken += bytes;
    }

    void giveHeap(long bytes) {
        taken -= bytes;
    }

    void give(ByteBuf chunk) {
        taken -= chunk.capacity();
        if (chunk.capacity() == chunkBytes && kept + chunkBytes <= bytesMax) {
            kept += chunkBytes;
            free.push(chunk);
        }
    }
}
