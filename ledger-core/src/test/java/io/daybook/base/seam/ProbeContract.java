package io.daybook.base.seam;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What every {@link Probe} does. */
public abstract class ProbeContract {

    private enum Mark {
        ANY
    }

    /** The probe under test. */
    protected abstract Probe probe();

    @Test
    void decidesWithinBounds() {
        for (int n = 1; n < 50; n++) {
            assertThat(probe().decision("contract." + n, n)).isBetween(0, n - 1);
        }
    }

    @Test
    void acceptsAnyMarkAnyNumberOfTimes() {
        for (int i = 0; i < 3; i++) {
            probe().reached(Mark.ANY);
        }
    }
}
