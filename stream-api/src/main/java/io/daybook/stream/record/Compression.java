package io.daybook.stream.record;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.daybook.stream.Codec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;

/** Compresses and decompresses bodies, never beyond the length that was announced. */
final class Compression {
    private static final LZ4Factory LZ4 = LZ4Factory.fastestInstance();
    private static final int ZSTD_LEVEL = 3;

    private Compression() {}

    /**
     * The body at {@code [index, index + length)} of {@code plain}, compressed behind {@code headerBytes} of room, or null if that would not save a
     * tenth. Borrows {@code plain}, which is direct; the caller gets the result.
     */
    static @org.jspecify.annotations.Nullable ByteBuf compress(
            Codec codec, ByteBuf plain, int index, int length, int headerBytes, ByteBufAllocator allocator) {
        int bound = codec == Codec.LZ4
                ? LZ4.fastCompressor().maxCompressedLength(length)
                : (int) Zstd.compressBound(length);
        ByteBuf packed = allocator.directBuffer(headerBytes + bound, headerBytes + bound);
        ByteBuffer from = plain.nioBuffer(index, length);
        ByteBuffer to = packed.nioBuffer(headerBytes, bound);
        int size = codec == Codec.LZ4
                ? LZ4.fastCompressor().compress(from, from.position(), length, to, to.position(), bound)
                : zstd(from, length, to, bound);
        if (size > length - length / 10) {
            packed.release();
            return null;
        }
        packed.writerIndex(headerBytes + size);
        return packed;
    }

    /** The decompressed body; borrows {@code packed}, the caller gets the result. Fails as corrupt unless it is exactly {@code plainLength} bytes. */
    static ByteBuf decompress(
            Codec codec, ByteBuf packed, int index, int length, int plainLength, ByteBufAllocator allocator) {
        ByteBuf plain = allocator.directBuffer(Math.max(1, plainLength), Math.max(1, plainLength));
        ByteBuf copy = packed.isDirect() && packed.nioBufferCount() == 1
                ? packed.retainedSlice(index, length)
                : allocator.directBuffer(Math.max(1, length)).writeBytes(packed, index, length);
        boolean done = false;
        try {
            ByteBuffer from = copy.nioBuffer(copy.readerIndex(), length);
            ByteBuffer to = plain.nioBuffer(0, plainLength);
            long size = codec == Codec.LZ4
                    ? LZ4.safeDecompressor().decompress(from, from.position(), length, to, to.position(), plainLength)
                    : Zstd.decompressDirectByteBuffer(to, to.position(), plainLength, from, from.position(), length);
            RecordFormat.corruptUnless(
                    size == plainLength, "a batch body that does not decompress to %s bytes", plainLength);
            plain.writerIndex(plainLength);
            done = true;
            return plain;
        } catch (LZ4Exception | ZstdException damaged) {
            throw new io.daybook.stream.StreamException.Corrupt(
                    "cannot use a batch body that does not decompress: " + damaged.getMessage(), damaged);
        } finally {
            copy.release();
            if (!done) {
                plain.release();
            }
        }
    }

    private static int zstd(ByteBuffer from, int length, ByteBuffer to, int bound) {
        long size = Zstd.compressDirectByteBuffer(to, to.position(), bound, from, from.position(), length, ZSTD_LEVEL);
        return Zstd.isError(size) ? Integer.MAX_VALUE : (int) size;
    }
}
