package io.daybook.ledger.transport;

import io.daybook.base.seam.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of one connection into frames. Owns the beginning of a frame whose end has not come yet.
 *
 * <p>Whole frames are slices of what was read. The beginning of a split frame is copied into a buffer that grows with what really
 * came; what its length announces counts only once an eighth of it has come and memory is ample. A length beyond the limit is refused
 * before anything else is done.
 */
final class FrameSplitter implements UnfinishedFrames.Holder {
    private static final int LENGTH_SIZE = 4;
    private static final int FIRST_CAPACITY = 256;
    private static final int WHOLE_FROM = 8; // an eighth of a frame makes room for all of it, which saves moving it

    private final int frameSizeMax;
    private final ByteBufAllocator allocator;
    private final UnfinishedFrames unfinished;
    private final LongConsumer evicted;
    private @Nullable ByteBuf begun; // length and first bytes of a frame

    /**
     * @param frameSizeMax most bytes of a frame, its length included
     * @param unfinished counts what this one holds
     * @param evicted told how many bytes were held when they had to be given up; the connection must end
     */
    FrameSplitter(int frameSizeMax, ByteBufAllocator allocator, UnfinishedFrames unfinished, LongConsumer evicted) {
        this.frameSizeMax = frameSizeMax;
        this.allocator = allocator;
        this.unfinished = unfinished;
        this.evicted = evicted;
    }

    /**
     * The next whole frame, null if more bytes are needed. Borrows {@code in} and moves its reader index; when null comes it has been read to its
     * end. The frame is the caller's.
     *
     * @throws TransportException if the next frame has a length that is not allowed
     */
    @Nullable
    ByteBuf next(ByteBuf in) {
        if (begun != null) {
            return rest(in, begun);
        }
        int readable = in.readableBytes();
        if (readable == 0) {
            return null;
        }
        int size = LENGTH_SIZE;
        if (readable >= LENGTH_SIZE) {
            int length = checked(in.getInt(in.readerIndex()));
            if (readable - LENGTH_SIZE >= length) {
                return in.skipBytes(LENGTH_SIZE).readRetainedSlice(length);
            }
            size += length;
        }
        begun = allocator.directBuffer(room(readable, size, FIRST_CAPACITY), frameSizeMax + LENGTH_SIZE);
        begun.writeBytes(in);
        unfinished.holds(this, begun.capacity());
        return null;
    }

    private @Nullable ByteBuf rest(ByteBuf in, ByteBuf start) {
        int missing = LENGTH_SIZE - start.readableBytes();
        if (missing > 0) {
            start.writeBytes(in, Math.min(missing, in.readableBytes()));
            if (start.readableBytes() < LENGTH_SIZE) {
                return null;
            }
        }
        int size = LENGTH_SIZE + checked(start.getInt(start.readerIndex()));
        int taken = Math.min(size - start.readableBytes(), in.readableBytes());
        boolean grows = start.writableBytes() < taken;
        if (grows) {
            start.capacity(room(start.readableBytes() + taken, size, 2 * start.capacity()));
        }
        start.writeBytes(in, taken);
        if (start.readableBytes() < size) {
            if (grows) {
                unfinished.holds(this, start.capacity());
            }
            return null;
        }
        begun = null;
        unfinished.ended(this);
        return start.skipBytes(LENGTH_SIZE);
    }

    /** Memory for the first {@code came} bytes of a frame of {@code size} bytes: all of it, or {@code least}, or what has come. */
    private int room(int came, int size, int least) {
        return (long) came * WHOLE_FROM >= size && unfinished.ample(size)
                ? size
                : Math.min(Math.max(came, least), size);
    }

    private int checked(int length) {
        if (length <= 0 || length > frameSizeMax - LENGTH_SIZE) {
            throw new TransportException(
                    "the peer announced a frame of %d bytes; from 1 to %d are allowed"
                            .formatted(length, frameSizeMax - LENGTH_SIZE),
                    null);
        }
        return length;
    }

    /** Bytes held for a frame that has not come whole. */
    int heldBytes() {
        return begun == null ? 0 : begun.capacity();
    }

    @Override
    public void evict(long heldBytes) {
        close();
        evicted.accept(heldBytes);
    }

    void close() {
        if (begun != null) {
            begun.release();
            begun = null;
            unfinished.ended(this);
        }
    }
}
