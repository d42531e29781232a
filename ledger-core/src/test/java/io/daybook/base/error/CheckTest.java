package io.daybook.base.error;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class CheckTest {

    @Test
    void passesWhatHolds() {
        Check.argument(true, "never said");
        Check.state(true, "never said");
    }

    @Test
    void tellsACallersMistakeFromABugOfOurs() {
        assertThatThrownBy(() -> Check.argument(false, "the size is %d", 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the size is 7");
        assertThatThrownBy(() -> Check.state(false, "entry %d after %d", 3, 5))
                .isInstanceOf(BrokenInvariantException.class)
                .hasMessage("entry 3 after 5");
    }
}
