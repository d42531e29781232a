package io.daybook.base.seam;

import java.security.SecureRandom;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The randomness of the operating system: {@link #nextBytes} is fit for keys, {@link #nextLong} is quick and fit for ids, spreading and
 * back-off only.
 */
public final class SecureEntropy implements Entropy {
    private final SecureRandom secure = new SecureRandom();

    @Override
    public long nextLong() {
        return ThreadLocalRandom.current().nextLong(); // no lock and no system call: it is asked for on hot paths
    }

    @Override
    public void nextBytes(byte[] into) {
        secure.nextBytes(into);
    }
}
