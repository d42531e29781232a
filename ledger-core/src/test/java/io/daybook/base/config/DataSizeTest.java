package io.daybook.base.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class DataSizeTest {

    @Test
    void readsEveryUnit() {
        assertThat(DataSize.parse("7B")).isEqualTo(DataSize.bytes(7));
        assertThat(DataSize.parse("512KiB")).isEqualTo(DataSize.kibibytes(512));
        assertThat(DataSize.parse(" 5 MiB ")).isEqualTo(DataSize.mebibytes(5));
        assertThat(DataSize.parse("1GiB")).isEqualTo(DataSize.gibibytes(1));
        assertThat(DataSize.parse("2TiB")).isEqualTo(DataSize.gibibytes(2048));
    }

    @Test
    void saysWhatToWriteInstead() {
        refuses("512KB", "did you mean KiB?");
        refuses("512k", "did you mean KiB?");
        refuses("5mib", "did you mean MiB?");
        refuses("5", "the unit is missing");
        refuses("much", "write a whole number with its unit");
        refuses("", "write a whole number with its unit");
        refuses("-1KiB", "write a whole number with its unit");
        refuses("5parsecs", "the unit is one of B, KiB, MiB, GiB, TiB");
        refuses("99999999999999999999B", "too large");
        refuses("9999999999TiB", "too large");
    }

    @Property(tries = 500)
    void readsWhatItWrites(@ForAll @LongRange(min = 0) long bytes) {
        assertThat(DataSize.parse(DataSize.bytes(bytes).toString())).isEqualTo(DataSize.bytes(bytes));
    }

    private static void refuses(String text, String sentence) {
        assertThatThrownBy(() -> DataSize.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining(sentence);
    }
}
