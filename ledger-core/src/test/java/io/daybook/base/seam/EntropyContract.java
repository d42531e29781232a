package io.daybook.base.seam;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every {@link Entropy} does. */
public abstract class EntropyContract {

    /** The source under test. */
    protected abstract Entropy entropy();

    @Test
    void drawsDifferentNumbers() {
        Set<Long> drawn = new LinkedHashSet<>();
        for (int i = 0; i < 1000; i++) {
            drawn.add(entropy().nextLong());
        }

        assertThat(drawn).hasSize(1000);
    }

    @Test
    void staysBelowTheBoundAndReachesEveryNumber() {
        Set<Integer> drawn = new LinkedHashSet<>();
        for (int i = 0; i < 2000; i++) {
            int n = entropy().nextInt(7);
            assertThat(n).isBetween(0, 6);
            drawn.add(n);
        }

        assertThat(drawn).hasSize(7);
        assertThat(entropy().nextInt(1)).isZero();
    }

    @Test
    void fillsArraysOfEveryLength() {
        for (int length = 0; length < 40; length++) {
            entropy().nextBytes(new byte[length]);
        }
        byte[] first = new byte[32];
        byte[] second = new byte[32];

        entropy().nextBytes(first);
        entropy().nextBytes(second);

        assertThat(first).isNotEqualTo(second);
        assertThat(first).isNotEqualTo(new byte[32]);
    }
}
