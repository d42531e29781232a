package io.daybook.bookie.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class EmbeddedBookiesTest {
    @Test
    void bookiesStopCrashAndComeBackWhereTheyWere() {
        try (EmbeddedBookies cluster = EmbeddedBookies.start(2)) {
            var first = cluster.address(0);
            cluster.stop(0);
            cluster.crash(1);
            cluster.restart(0);
            cluster.restart(1);

            assertThat(cluster.address(0)).isEqualTo(first);
            assertThat(cluster.bookie(1).id()).isEqualTo(cluster.id(1));
        }
    }
}
