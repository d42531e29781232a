package io.daybook.stream;

/** How bodies of batches are compressed; the numbers are those of the batch format. */
public enum Codec {
    NONE(0),
    /** LZ4 blocks: the default. */
    LZ4(1),
    /** Zstandard frames: smaller, and several times the work. */
    ZSTD(2);

    private final int number;

    Codec(int number) {
        this.number = number;
    }

    /** The number in batch flags. */
    public int number() {
        return number;
    }
}
