package io.daybook.ledger.transport;

import io.netty.buffer.PooledByteBufAllocator;

/**
 * Where clients and bookies take the memory of their buffers.
 *
 * <p>Netty's own default has chunks of 4 MiB. Answers of 1 MiB, of which some are always under way, fill and empty such a chunk again and again, and an empty
 * chunk goes back to the operating system, which clears every page that takes its place: a third of what a client did when it read old entries. In larger chunks
 * there is always something in use, and the next answer gets memory that was there already. Pages of a chunk that were never used cost nothing.
 */
public final class Buffers {
    private static final int CHUNK_ORDER = 11; // 16 MiB: pages of 8 KiB doubled eleven times
    private static final int CHUNKS_MIN = 6; // for which each arena shall have room in the memory that Java allows

    /** The pool, safe from any thread. Heap buffers are not pooled. */
    public static final PooledByteBufAllocator POOL = new PooledByteBufAllocator(
            true,
            0,
            arenas(),
            PooledByteBufAllocator.defaultPageSize(),
            Math.max(CHUNK_ORDER, PooledByteBufAllocator.defaultMaxOrder()),
            PooledByteBufAllocator.defaultSmallCacheSize(),
            PooledByteBufAllocator.defaultNormalCacheSize(),
            PooledByteBufAllocator.defaultUseCacheForAllThreads());

    private Buffers() {}

    /** As many as Netty would have; fewer where memory is scarce. */
    private static int arenas() {
        long chunkBytes = (long) PooledByteBufAllocator.defaultPageSize() << CHUNK_ORDER;
        long affordable = Runtime.getRuntime().maxMemory() / chunkBytes / CHUNKS_MIN;
        return (int) Math.max(1, Math.min(PooledByteBufAllocator.defaultNumDirectArena(), affordable));
    }
}
