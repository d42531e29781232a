package io.daybook.sim;

import io.daybook.base.seam.Entropy;

/** Random numbers split from the seed of the run. */
public final class SimEntropy implements Entropy {
    private final SimRandom random;

    SimEntropy(SimRandom random) {
        this.random = random;
    }

    @Override
    public long nextLong() {
        return random.nextLong();
    }

    @Override
    public void nextBytes(byte[] into) {
        for (int i = 0; i < into.length; i += 8) {
            long bits = random.nextLong();
            for (int j = i; j < Math.min(i + 8, into.length); j++) {
                into[j] = (byte) bits;
                bits >>>= 8;
            }
        }
    }
}
