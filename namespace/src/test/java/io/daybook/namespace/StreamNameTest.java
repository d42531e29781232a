package io.daybook.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.stream.StreamException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class StreamNameTest {

    @Test
    void refusesNamesThatBreakARuleAndSaysWhich() {
        for (String name :
                new String[] {"", ".system", "a//b", "/a", "a/", "a/./b", "a/..", "tab\tname", "x".repeat(513)}) {
            assertThatThrownBy(() -> new StreamName(name))
                    .isInstanceOf(StreamException.Invalid.class)
                    .hasMessageContaining("is not a stream name: ");
        }
    }

    @Property(tries = 500)
    void everyNameIsOneNodeNameAndComesBack(@ForAll String text) {
        StreamName name;
        try {
            name = new StreamName(text);
        } catch (StreamException.Invalid refused) {
            return;
        }
        assertThat(name.escaped()).matches("[!-~]+").doesNotContain("/").isNotEqualTo(".");
        assertThat(StreamName.unescape(name.escaped())).isEqualTo(name);
        assertThat(name.bucket()).matches("[0-9a-f]{2}");
    }

    @Test
    void escapesByUtf8Bytes() {
        assertThat(new StreamName("a/ö%").escaped()).isEqualTo("a%2f%c3%b6%25");
    }
}
