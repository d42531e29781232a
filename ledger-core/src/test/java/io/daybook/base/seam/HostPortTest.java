package io.daybook.base.seam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class HostPortTest {

    @Test
    void readsNamesAndAddresses() {
        assertThat(HostPort.parse("b1.example:3181")).isEqualTo(new HostPort("b1.example", 3181));
        assertThat(HostPort.parse("127.0.0.1:0")).isEqualTo(new HostPort("127.0.0.1", 0));
        assertThat(HostPort.parse("[::1]:3181")).isEqualTo(new HostPort("::1", 3181));
    }

    @Test
    void readsWhatItWrites() {
        for (String text : new String[] {"b1:1", "[::1]:65535", "10.0.0.1:3181"}) {
            assertThat(HostPort.parse(text)).hasToString(text);
        }
    }

    @Test
    void refusesWhatIsNeither() {
        for (String text : new String[] {"", "b1", ":3181", "b1:", "b1:x", "b1:-1", "b1:65536"}) {
            assertThatThrownBy(() -> HostPort.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
