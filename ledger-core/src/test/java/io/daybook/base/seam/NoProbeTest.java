package io.daybook.base.seam;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class NoProbeTest extends ProbeContract {

    @Override
    protected Probe probe() {
        return Probe.NONE;
    }

    @Test
    void alwaysDecidesAsProductionDoes() {
        assertThat(Probe.NONE.decision("any", 100)).isZero();
    }
}
