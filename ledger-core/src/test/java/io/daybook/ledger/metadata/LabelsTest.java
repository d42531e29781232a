package io.daybook.ledger.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelsTest {

    @Test
    void whatAnOperatorWritesIsPublishedAndReadAgain() {
        Labels labels = Labels.parse(" zone=eu-1a , rack=r1,ssd, weight=20");

        assertThat(labels).hasToString("rack=r1,ssd,weight=20,zone=eu-1a");
        assertThat(Labels.published(labels.toString())).isEqualTo(labels);
        assertThat(labels.get(Labels.ZONE)).isEqualTo("eu-1a");
        assertThat(labels.weight(1)).isEqualTo(20);
        assertThat(Labels.parse(" ")).isEqualTo(Labels.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Zone=a|'Zone=a' is no label",
                "zone=a,,rack=b|'' is no label",
                "zone=|the value of label 'zone'",
                "zone=a b|the value of label 'zone'",
                "rack|label 'rack' needs a value, such as rack=1",
                "zone=a,zone=b|label 'zone' is given twice",
                "weight=1001|weight is '1001' but must be between 0 and 1000",
                "weight=-1|weight is '-1'"
            })
    void aMistakeIsNamed(String text, String sentence) {
        assertThatThrownBy(() -> Labels.parse(text)).hasMessageContaining(sentence);
    }

    @Test
    void theirNumberIsBounded() {
        String many = IntStream.range(0, 17).mapToObj(i -> "k" + i).collect(Collectors.joining(","));

        assertThatThrownBy(() -> Labels.parse(many)).hasMessageContaining("at most 16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"weight=", "weight=x", "weight=99999999999", "weight=1001", "weight"})
    void aWeightThatCannotBeReadIsTheOrdinaryOne(String published) {
        assertThat(Labels.published(published).weight(1)).isEqualTo(1);
    }
}
