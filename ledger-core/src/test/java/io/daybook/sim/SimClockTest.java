package io.daybook.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.time.Clock;
import io.daybook.base.time.ClockContract;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SimClockTest extends ClockContract {
    private final SimWorld world = new SimWorld(1);
    private final SimNode node = world.node("n1");
    private final SimClock clock = node.clock();

    @Override
    protected Clock clock() {
        return clock;
    }

    @Override
    protected void pass() {
        world.runFor(Duration.ofMillis(1));
    }

    @Test
    void theWallClockJumpsAndMonotonicTimeDoesNot() {
        long nanos = clock.nanos();
        long millis = clock.millis();

        clock.step(Duration.ofHours(-1));

        assertThat(clock.nanos()).isEqualTo(nanos);
        assertThat(clock.millis()).isEqualTo(millis - 3_600_000);
    }

    @Test
    void aDriftingClockGainsOrLoses() {
        clock.drift(1_000);
        long before = clock.nanos();

        world.runFor(Duration.ofSeconds(100));

        assertThat(clock.nanos() - before).isEqualTo(100_100_000_000L);
    }

    @Test
    void aLeapBringsTimersForward() {
        List<String> fired = new ArrayList<>();
        SimLoop loop = node.loop("loop-0");
        loop.schedule(Duration.ofMinutes(30).toNanos(), () -> fired.add("half an hour"));
        loop.schedule(Duration.ofHours(2).toNanos(), () -> fired.add("two hours"));
        SimLoop elsewhere = world.node("n2").loop("loop-0");
        elsewhere.schedule(Duration.ofMinutes(30).toNanos(), () -> fired.add("elsewhere"));
        long before = clock.nanos();

        clock.leap(Duration.ofHours(1));
        world.runFor(Duration.ofSeconds(1));

        assertThat(clock.nanos() - before).isEqualTo(Duration.ofSeconds(3601).toNanos());
        assertThat(fired).containsExactly("half an hour");
        world.runFor(Duration.ofMinutes(59));
        world.runFor(Duration.ofMinutes(1));
        assertThat(fired).containsExactly("half an hour", "elsewhere", "two hours");
    }

    @Test
    void timersFollowTheClockOfTheirNode() {
        for (long ppm : new long[] {-100_000, -50, 0, 50, 100_000}) {
            clock.drift(ppm);
            List<Long> fired = new ArrayList<>();
            long before = clock.nanos();
            SimLoop loop = node.loop("loop-0");
            loop.schedule(7_654_321, () -> fired.add(clock.nanos()));

            world.runFor(Duration.ofSeconds(1));

            assertThat(fired.get(0) - before).isBetween(7_654_321L, 9_000_000L);
        }
    }
}
