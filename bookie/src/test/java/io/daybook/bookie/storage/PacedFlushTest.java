package io.daybook.bookie.storage;

import static io.daybook.bookie.storage.StoreFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.sim.SimWorld;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PacedFlushTest {
    private static final int ENTRIES = 1900; // of 1 KiB: a little less than half of the write cache
    private static final Duration STEP = Duration.ofMillis(2);

    private final StoreFixture fixture =
            new StoreFixture(new SimWorld(1), StoreFixture.config(DataSize.mebibytes(4), DataSize.gibibytes(1)));
    private long next;

    @Test
    void whatFilledSlowlyIsWrittenInSmallPiecesWithPauses() {
        fillSlowly();
        long begun = fixture.world.now();
        long before = fixture.node.disk().usedBytes();
        long largest = 0;
        while (fixture.released == 0) {
            fixture.world.runFor(STEP);
            long now = fixture.node.disk().usedBytes();
            largest = Math.max(largest, now - before);
            before = now;
        }

        assertThat(largest).isLessThan(2 * 64 << 10); // the footer comes with the last piece
        assertThat(Duration.ofNanos(fixture.world.now() - begun)).isGreaterThan(Duration.ofMillis(400));
    }

    @Test
    void aFlushGoesOnWithoutItsPausesOnceTheNextCachesFillFaster() {
        fillSlowly();
        long begun = fixture.world.now();
        put(ENTRIES / 3); // more than a quarter of what is being flushed, in no time

        assertThat(fixture.world.runUntil(() -> fixture.released > 0, Duration.ofSeconds(5)))
                .isTrue();
        assertThat(Duration.ofNanos(fixture.world.now() - begun)).isLessThan(Duration.ofMillis(200));
    }

    /** Fills the cache in 19 s until it is flushed. */
    private void fillSlowly() {
        fixture.owners = 1;
        fixture.start();
        long empty = fixture.node.disk().usedBytes();
        while (fixture.node.disk().usedBytes() == empty) {
            put(1);
            fixture.world.runFor(Duration.ofMillis(10));
        }
    }

    private void put(int entries) {
        for (int i = 0; i < entries; i++) {
            fixture.mustPut(7, next, body(7, next, 1, 1024));
            next++;
        }
    }
}
