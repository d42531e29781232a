package io.daybook.stream.writer;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.stream.Codec;
import org.junit.jupiter.api.Test;

class CompressionTrialTest {
    private final CompressionTrial trial = new CompressionTrial(Codec.LZ4);

    @Test
    void triesEveryBatchWhileTheyShrink() {
        assertThat(attempts(1_000, true)).isEqualTo(1_000);
    }

    @Test
    void triesFewerAndFewerBatchesThatDoNotShrink() {
        assertThat(attempts(127, false)).isEqualTo(7); // with 1, 3, 7, 15, 31, 63 left out between them
        assertThat(attempts(6_400, false)).isEqualTo(100); // one of 64 from then on
    }

    @Test
    void triesEveryBatchAgainOnceOneHasShrunk() {
        attempts(1_000, false);

        attempts(64, true); // one attempt at least

        assertThat(attempts(1_000, true)).isEqualTo(1_000);
    }

    @Test
    void aStreamWithoutACodecHasNothingToTry() {
        assertThat(new CompressionTrial(Codec.NONE).next()).isEqualTo(Codec.NONE);
    }

    private int attempts(int batches, boolean shrinks) {
        int attempts = 0;
        for (int i = 0; i < batches; i++) {
            if (trial.next() != Codec.NONE) {
                attempts++;
                trial.tried(shrinks);
            }
        }
        return attempts;
    }
}
