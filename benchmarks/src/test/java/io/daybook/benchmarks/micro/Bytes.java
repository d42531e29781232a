package io.daybook.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.SplittableRandom;

/** Payloads that do not compress. */
final class Bytes {
    private Bytes() {}

    static byte[] array(int size) {
        byte[] bytes = new byte[size];
        new SplittableRandom(size).nextBytes(bytes);
        return bytes;
    }

    /** Pooled direct memory, as what comes from a socket. */
    static ByteBuf direct(int size) {
        return PooledByteBufAllocator.DEFAULT.directBuffer(size).writeBytes(array(size));
    }
}
