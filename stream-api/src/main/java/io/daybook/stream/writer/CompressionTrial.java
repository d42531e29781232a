package io.daybook.stream.writer;

import io.daybook.stream.Codec;

/**
 * Whether the next batch is worth an attempt to compress it. While batches shrink, every one is tried; after some that did not, fewer and fewer are, down
 * to one of 64, so that a stream of data which is packed or encrypted already does not pay for a codec on every batch. Belongs to the stream's loop.
 */
final class CompressionTrial {
    private static final int SKIP_MAX = 63;

    private final Codec codec;
    private int skip; // batches left out after a vain attempt
    private int left; // of them

    CompressionTrial(Codec codec) {
        this.codec = codec;
    }

    /** The codec to try on the next batch; NONE to leave it as it is. */
    Codec next() {
        if (left > 0) {
            left--;
            return Codec.NONE;
        }
        return codec;
    }

    /** What became of an attempt. */
    void tried(boolean shrank) {
        skip = shrank ? 0 : Math.min(SKIP_MAX, 2 * skip + 1);
        left = skip;
    }
}
