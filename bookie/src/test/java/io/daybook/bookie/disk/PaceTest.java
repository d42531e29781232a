package io.daybook.bookie.disk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PaceTest {
    @Test
    void aPlanIsKeptInEqualPieces() {
        Pace pace = new Pace(1_000, 4_000_000_000L, 160 << 20); // 40 MiB/s, of which 205 KiB are due in 5 ms

        assertThat(pace.pieceBytes()).isEqualTo(128 << 10);
        assertThat(pace.pauseNanos(1_000, 128 << 10)).isEqualTo(3_125_000);
        assertThat(pace.pauseNanos(1_000 + 2_000_000_000L, 80 << 20)).isZero();
        assertThat(pace.pauseNanos(1_000 + 2_000_000_000L, 79 << 20)).isZero();
    }

    @Test
    void whatIsDueAtOnceIsWrittenInLargePiecesWithoutPauses() {
        Pace pace = new Pace(1_000, 0, 52 << 20);

        assertThat(pace.pieceBytes()).isEqualTo(Pace.PIECE_BYTES_MAX);
        assertThat(pace.pauseNanos(1_000, 51 << 20)).isZero();
    }

    @Test
    void littleInALongTimeEndsSoonNevertheless() {
        Pace pace = new Pace(1_000, 15_000_000_000L, 100_000);

        assertThat(pace.pieceBytes()).isEqualTo(64 << 10);
        assertThat(pace.pauseNanos(1_000, 64 << 10)).isEqualTo(20_000_000);
    }
}
