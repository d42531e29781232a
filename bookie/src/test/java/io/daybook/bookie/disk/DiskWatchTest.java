package io.daybook.bookie.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.DataSize;
import io.daybook.base.seam.Disk;
import io.daybook.bookie.disk.DiskWatch.Limits;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskWatchTest {
    private static final Limits LIMITS =
            new Limits(DataSize.kibibytes(100), DataSize.kibibytes(200), Duration.ofMillis(500));

    private final SimWorld world = new SimWorld(1);
    private final SimNode node = world.node("b1");
    private final List<String> changes = new ArrayList<>();

    private DiskWatch start() {
        return world.await(DiskWatch.start(
                (Disk) node.disk(),
                List.of(Path.of("/journal"), Path.of("/data")),
                LIMITS,
                node.loop("watch"),
                (readOnly, reason) -> changes.add((readOnly ? "read-only: " : "writable: ") + reason)));
    }

    private void free(int kibibytes) {
        node.disk().budget(kibibytes * 1024L);
        world.runFor(Duration.ofSeconds(1));
    }

    @Test
    void saysNothingWhileThereIsRoom() {
        DiskWatch watch = start();
        world.runFor(Duration.ofMinutes(1));

        assertThat(watch.readOnly()).isFalse();
        assertThat(changes).isEmpty();
    }

    @Test
    void isReadOnlyWithinASecondAndNamesTheDirectory() {
        DiskWatch watch = start();

        free(99);

        assertThat(watch.readOnly()).isTrue();
        assertThat(changes).hasSize(1);
        assertThat(changes.get(0)).startsWith("read-only: /journal has 99KiB free, less than 100KiB");
    }

    @Test
    void staysReadOnlyUntilThereIsMoreRoom() {
        DiskWatch watch = start();

        free(99);
        free(150);
        boolean between = watch.readOnly();
        free(200);

        assertThat(between).isTrue();
        assertThat(watch.readOnly()).isFalse();
        assertThat(changes).hasSize(2);
        assertThat(changes.get(1)).startsWith("writable: ");
    }

    @Test
    void looksNoMoreOnceClosed() {
        DiskWatch watch = start();
        node.loop("watch").execute(watch::close);
        world.runFor(Duration.ofSeconds(1));

        free(1);

        assertThat(changes).isEmpty();
    }

    @Test
    void refusesLimitsThatWouldFlap() {
        assertThatThrownBy(() -> new Limits(DataSize.kibibytes(2), DataSize.kibibytes(1), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Limits(DataSize.kibibytes(1), DataSize.kibibytes(1), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
