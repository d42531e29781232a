package io.daybook.bookie.disk;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.DiskFile;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file over a channel of the operating system.
 *
 * <p>Reads of a file opened for direct access may have any position and length: what is not aligned goes through a buffer that is.
 */
final class ChannelFile implements DiskFile {
    private static final int PIECE = 1 << 20; // zeros, and unaligned reads, go in pieces of this many bytes

    private final Path path;
    private final FileChannel channel;
    private final int alignment;
    private final Loop owner;
    private final Loop worker; // the owner itself if it may block

    private @Nullable ByteBuffer blocks; // worker only: where unaligned direct reads land, kept while the file is open
    private @Nullable ByteBuffer
            zeros; // worker only: what the file is filled with, kept likewise: it may grow in many steps

    ChannelFile(Path path, FileChannel channel, int alignment, Loop owner, Loop worker) {
        this.path = path;
        this.channel = channel;
        this.alignment = alignment;
        this.owner = owner;
        this.worker = worker;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public int alignment() {
        return alignment;
    }

    @Override
    public Promise<Void> write(long position, ByteBuf data) {
        return FileDisk.run(owner, worker, () -> {
            try {
                long at = position;
                for (ByteBuffer part : data.nioBuffers()) {
                    at += writeFully(part, at);
                }
            } finally {
                data.release();
            }
            return null;
        });
    }

    @Override
    public Promise<Integer> read(long position, int length, ByteBuf into) {
        into.ensureWritable(length);
        return FileDisk.run(owner, worker, () -> {
            int count = alignment == 1 || aligned(position, length, into)
                    ? readInto(position, length, into)
                    : readAround(position, length, into);
            into.writerIndex(into.writerIndex() + count);
            return count;
        });
    }

    @Override
    public Promise<Void> sync() {
        return FileDisk.run(owner, worker, () -> {
            channel.force(false); // the data, and of the metadata only what is needed to find it again
            return null;
        });
    }

    @Override
    public Promise<Void> truncate(long size) {
        return FileDisk.run(owner, worker, () -> {
            channel.truncate(size);
            return null;
        });
    }

    @Override
    public Promise<Long> size() {
        return FileDisk.run(owner, worker, channel::size);
    }

    @Override
    public Promise<Void> preallocate(long size) {
        Check.argument(size % alignment == 0, "%s can grow to multiples of %s only, not to %s", path, alignment, size);
        return FileDisk.run(owner, worker, () -> {
            long from = (channel.size() + alignment - 1) / alignment * alignment;
            if (from < size) {
                ByteBuffer piece = zeros((int) Math.min(PIECE, size - from));
                while (from < size) {
                    piece.clear().limit((int) Math.min(piece.capacity(), size - from));
                    from += writeFully(piece, from);
                }
            }
            return null;
        });
    }

    @Override
    public Promise<Void> close() {
        return FileDisk.run(owner, worker, () -> {
            channel.close();
            blocks = null;
            zeros = null;
            return null;
        });
    }

    private int writeFully(ByteBuffer data, long position) throws IOException {
        int length = data.remaining();
        for (long at = position; data.hasRemaining(); ) {
            at += channel.write(data, at);
        }
        return length;
    }

    /** Whether a direct read can go straight into {@code into}. */
    private boolean aligned(long position, int length, ByteBuf into) {
        return position % alignment == 0
                && length % alignment == 0
                && into.hasMemoryAddress()
                && (into.memoryAddress() + into.writerIndex()) % alignment == 0;
    }

    private int readInto(long position, int length, ByteBuf into) throws IOException {
        int count = 0;
        for (ByteBuffer part : into.nioBuffers(into.writerIndex(), length)) {
            int wanted = part.remaining();
            int got = readFully(part, position + count);
            count += got;
            if (got < wanted) {
                break;
            }
        }
        return count;
    }

    /** Reads whole blocks around the wanted bytes, and copies those. */
    private int readAround(long position, int length, ByteBuf into) throws IOException {
        ByteBuffer blocks = blocks((int) Math.min(PIECE, (long) length + 2L * alignment));
        int count = 0;
        while (count < length) {
            long at = position + count;
            long first = at / alignment * alignment;
            blocks.clear();
            int skip = (int) (at - first);
            int available = readFully(blocks, first) - skip;
            int take = Math.min(available, length - count);
            if (take <= 0) {
                break;
            }
            into.setBytes(into.writerIndex() + count, blocks.position(skip).limit(skip + take));
            count += take;
        }
        return count;
    }

    /** @return bytes read: fewer than there was room for only at the end of the file */
    private int readFully(ByteBuffer into, long position) throws IOException {
        int count = 0;
        while (into.hasRemaining()) {
            int got = channel.read(into, position + count);
            if (got <= 0) {
                break;
            }
            count += got;
            if (alignment > 1 && got % alignment != 0) {
                break; // the end of the file; a direct read may not start between blocks
            }
        }
        return count;
    }

    private ByteBuffer blocks(int atLeast) {
        ByteBuffer kept = blocks;
        if (kept == null || kept.capacity() < atLeast) {
            kept = aligned(atLeast);
            blocks = kept;
        }
        return kept;
    }

    private ByteBuffer zeros(int atLeast) {
        ByteBuffer kept = zeros;
        if (kept == null || kept.capacity() < atLeast) {
            kept = aligned(atLeast);
            zeros = kept;
        }
        return kept;
    }

    private ByteBuffer aligned(int atLeast) {
        int size = (atLeast + alignment - 1) / alignment * alignment;
        return ByteBuffer.allocateDirect(size + alignment)
                .alignedSlice(alignment)
                .limit(size)
                .slice();
    }
}
