package io.daybook.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

/** Payloads that tell which entry they belong to. */
final class Payloads {
    private Payloads() {}

    /** What entry {@code entry} holds, in {@code size} bytes, a multiple of 8. */
    static ByteBuf of(long entry, int size) {
        ByteBuf payload = PooledByteBufAllocator.DEFAULT.buffer(size);
        for (int i = 0; i < size / 8; i++) {
            payload.writeLong(word(entry, i));
        }
        return payload;
    }

    /** Whether {@code payload}, which is borrowed, is that of {@code entry}. */
    static boolean matches(ByteBuf payload, long entry) {
        int at = payload.readerIndex();
        for (int i = 0; i < payload.readableBytes() / 8; i++) {
            if (payload.getLong(at + 8 * i) != word(entry, i)) {
                return false;
            }
        }
        return payload.readableBytes() % 8 == 0;
    }

    private static long word(long entry, int i) {
        return (entry + 1) * 0x9E37_79B9_7F4A_7C15L + i;
    }
}
