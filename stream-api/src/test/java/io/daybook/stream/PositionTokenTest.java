package io.daybook.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PositionTokenTest {

    @Property(tries = 200)
    void readsBackWhatItWrote(
            @ForAll @LongRange(min = 1) long stream,
            @ForAll @LongRange(min = 0) long offset,
            @ForAll @LongRange(min = 0) long segment,
            @ForAll @LongRange(min = 0) long entry) {
        PositionToken token = new PositionToken(new StreamId(stream), offset, segment, entry);

        assertThat(PositionToken.parse(token.toString())).isEqualTo(token);
    }

    @Test
    void hasTheGoldenForm() {
        assertThat(new PositionToken(new StreamId(0x0123456789ABCDEFL), 1_000, 3, 300).toString())
                .isEqualTo("AQEjRWeJq83vAAAAAAAAA-gDrAI");
    }

    @Test
    void refusesWhatIsNoToken() {
        for (String text :
                new String[] {"", "x", "AQ", "AgEjRWeJq83vAAAAAAAAA-gDrAI", "AQEjRWeJq83vAAAAAAAAA-gDrAIA", "ä"}) {
            assertThatThrownBy(() -> PositionToken.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
