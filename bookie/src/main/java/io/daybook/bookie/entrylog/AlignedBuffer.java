package io.daybook.bookie.entrylog;

import io.daybook.bookie.disk.AlignedMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Direct memory whose address suits direct disk access, kept for the life of its owner and grown when one entry needs it. The
 * collector frees it. Belongs to one loop.
 */
public final class AlignedBuffer {
    private ByteBuf bytes;

    public AlignedBuffer(int capacity) {
        bytes = allocate(capacity);
    }

    ByteBuf bytes() {
        return bytes;
    }

    /** Makes room for {@code capacity} bytes, keeping the first {@code keep}. */
    ByteBuf ensure(int capacity, int keep) {
        if (bytes.capacity() < capacity) {
            ByteBuf larger = allocate(capacity);
            larger.setBytes(0, bytes, 0, keep);
            bytes = larger;
        }
        return bytes;
    }

    private static ByteBuf allocate(int capacity) {
        return Unpooled.wrappedBuffer(AlignedMemory.allocate(capacity));
    }
}
