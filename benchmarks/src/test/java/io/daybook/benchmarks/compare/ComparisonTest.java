package io.daybook.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.benchmarks.compare.Comparison.Figure;
import io.daybook.benchmarks.compare.Comparison.Row;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ComparisonTest {
    private final Comparison comparison = new Comparison();

    @Test
    void tellsTheMedianOfEachSideAndTheMedianAndExtremesOfTheRatiosPairByPair() {
        comparison.add(Map.of("entriesPerS", 400L), Map.of("entriesPerS", 100L));
        comparison.add(Map.of("entriesPerS", 300L), Map.of("entriesPerS", 50L));
        comparison.add(Map.of("entriesPerS", 500L), Map.of("entriesPerS", 100L));

        assertThat(comparison.rows()).containsExactly(new Row(Figure.THROUGHPUT, 400, 100, 5, 4, 6));
    }

    @Test
    void anEvenNumberOfPairsHasItsMedianBetweenTheMiddleTwo() {
        comparison.add(Map.of("P50us", 1.0), Map.of("P50us", 2.0));
        comparison.add(Map.of("P50us", 3.0), Map.of("P50us", 2.0));

        assertThat(comparison.rows()).containsExactly(new Row(Figure.P50, 2, 2, 1, 0.5, 1.5));
    }

    @Test
    void aFigureThatOneRunLacksIsLeftOut() {
        comparison.add(Map.of("P50us", 1.0, "P99us", 4.0), Map.of("P50us", 2.0, "P99us", 5.0));
        comparison.add(Map.of("P50us", 1.0, "P99us", 4.0), Map.of("P50us", 2.0));

        assertThat(comparison.rows()).extracting(Row::figure).containsExactly(Figure.P50);
    }

    @Test
    void aZeroIsNoFigureToDivideBy() {
        comparison.add(Map.of("entriesPerS", 100L), Map.of("entriesPerS", 0L));

        assertThat(comparison.rows()).isEmpty();
    }

    @Test
    void withoutRunsThereIsNothingToTell() {
        assertThat(comparison.rows()).isEmpty();
        assertThat(comparison.pairs()).isZero();
    }
}
