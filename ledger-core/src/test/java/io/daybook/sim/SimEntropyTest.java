package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.EntropyContract;
import org.junit.jupiter.api.Test;

final class SimEntropyTest extends EntropyContract {
    private final Entropy entropy = new SimWorld(1).node("n1").entropy();

    @Override
    protected Entropy entropy() {
        return entropy;
    }

    @Test
    void repeatsItselfForTheSameSeedAndNode() {
        long first = new SimWorld(9).node("a").entropy().nextLong();

        assertThat(new SimWorld(9).node("a").entropy().nextLong()).isEqualTo(first);
        assertThat(new SimWorld(9).node("b").entropy().nextLong()).isNotEqualTo(first);
        assertThat(new SimWorld(10).node("a").entropy().nextLong()).isNotEqualTo(first);
    }
}
