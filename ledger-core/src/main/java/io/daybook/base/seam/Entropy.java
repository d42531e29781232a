package io.daybook.base.seam;

/** Where unpredictable numbers come from; split from the seed in a simulation. Safe from any thread. */
public interface Entropy {

    /** 64 random bits. */
    long nextLong();

    /** Fills {@code into} with random bytes. */
    void nextBytes(byte[] into);

    /** A number from 0 (included) to {@code bound} (excluded); {@code bound} is 1 or more. */
    default int nextInt(int bound) {
        return (int) Long.remainderUnsigned(nextLong() >>> 1, bound);
    }
}
