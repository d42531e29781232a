package io.daybook.base.seam;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What every {@link Host} does. */
public abstract class HostContract {

    /** The host of the process as it is now. */
    protected abstract Host host();

    /** Ends the process and starts it again; {@link #host} is then the new one's. */
    protected abstract void restart();

    /** The status the last process ended with by itself, or -1. */
    protected abstract int exitStatus();

    @Test
    void keepsItsBootIdWhileItRuns() {
        assertThat(host().bootId()).isEqualTo(host().bootId());
    }

    @Test
    void hasAnotherBootIdAfterARestart() {
        long before = host().bootId();

        restart();

        assertThat(host().bootId()).isNotEqualTo(before);
    }

    @Test
    void exitEndsTheProcessWithItsStatus() {
        host().exit(3, "a test of what is done when going on would be unsafe");

        assertThat(exitStatus()).isEqualTo(3);
    }
}
