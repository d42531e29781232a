package io.daybook.bookie.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** Lets benchmarks fill a write cache, look into it, and begin anew when it is full, as a loop's shard of the store does. */
public final class WriteCacheDoor {
    private final ChunkPool pool;
    private WriteCache cache;

    public WriteCacheDoor(long bytesMax) {
        pool = new ChunkPool(bytesMax);
        cache = new WriteCache(pool);
    }

    /** Copies {@code body}, which is borrowed, in; false if there is no room. */
    public boolean put(long ledgerId, long entryId, ByteBuf body) {
        return cache.put(ledgerId, entryId, body);
    }

    /** A copy of an entry, or null. */
    public @Nullable ByteBuf get(long ledgerId, long entryId, ByteBufAllocator buffers) {
        return cache.copy(ledgerId, entryId, buffers);
    }

    /** Drops all, as after a flush. */
    public void flushed() {
        cache.recycle();
        cache = new WriteCache(pool);
    }
}
