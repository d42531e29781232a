package io.daybook.ledger.protocol;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads master keys from frames without a new array per frame: the few keys of a connection come again and again. Belongs to one connection.
 */
final class KeyCache {
    static final int KEY_SIZE = 20;

    private final byte[] @Nullable [] slots = new byte[16] @Nullable [];
    private final byte[] scratch = new byte[KEY_SIZE];

    /** The {@code length} bytes at {@code index}, not to be changed by anybody. Borrows {@code frame}. */
    byte[] read(ByteBuf frame, int index, int length) {
        if (length != KEY_SIZE) {
            byte[] odd = new byte[length];
            frame.getBytes(index, odd);
            return odd;
        }
        frame.getBytes(index, scratch);
        int slot = (scratch[0] ^ scratch[7]) & 15;
        byte[] known = slots[slot];
        if (known == null || !Arrays.equals(known, scratch)) {
            known = scratch.clone();
            slots[slot] = known;
        }
        return known;
    }
}
