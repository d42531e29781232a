package io.daybook.ledger.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.time.SystemClock;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.RepairHint;
import io.daybook.sim.SimLoop;
import io.daybook.sim.SimWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The small parts around the writer's state machine. */
final class WriterPartsTest {

    @Test
    void whatIsHandedOverComesOutInOrderWithOneWakeUp() {
        HandOver<Integer> handOver = new HandOver<>();

        assertThat(handOver.put(1)).isTrue();
        assertThat(handOver.put(2)).isFalse();
        assertThat(handOver.put(3)).isFalse();
        List<Integer> taken = new ArrayList<>();
        for (var link = handOver.takeAll(); link != null; link = link.next()) {
            taken.add(link.item);
        }

        assertThat(taken).containsExactly(1, 2, 3);
        assertThat(handOver.isEmpty()).isTrue();
        assertThat(handOver.put(4)).isTrue();
    }

    @Test
    void theWindowCountsWhatIsInFlightAndWhatIsHandedOver() {
        WindowGauge gauge = new WindowGauge(3, 100);
        gauge.publish(1, 60);
        assertThat(gauge.reserve(40)).isTrue();
        assertThat(gauge.reserve(1)).isFalse(); // bytes
        assertThat(gauge.admits(0)).isTrue();
        assertThat(gauge.reserve(0)).isTrue();
        assertThat(gauge.reserve(0)).isFalse(); // entries
        assertThat(gauge.full()).isTrue();

        gauge.release(40);
        gauge.release(0);

        assertThat(gauge.handed()).isZero();
        assertThat(gauge.roomy()).isTrue();
    }

    @Test
    void anEntryThatTheLoopTakesIsCountedOnceThroughout() {
        WindowGauge gauge = new WindowGauge(2, 100);
        assertThat(gauge.reserve(40)).isTrue();

        gauge.taken(40, 1, 40);

        assertThat(gauge.handed()).isZero();
        assertThat(gauge).hasToString("1 of 2 entries, 40 of 100 bytes");
        assertThat(gauge.reserve(60)).isTrue();
        assertThat(gauge.full()).isTrue();
        gauge.taken(60, 2, 100);
        assertThat(gauge.full()).isTrue();
        gauge.publish(0, 0);
        assertThat(gauge).hasToString("0 of 2 entries, 0 of 100 bytes");
    }

    /** What is taken while other threads hand over must not look as if it took two places. */
    @Test
    void aWindowWithRoomRefusesNobodyWhileTheLoopTakes() throws Exception {
        int entries = 200_000;
        WindowGauge gauge = new WindowGauge(entries, entries);
        try (ThreadLoop caller = ThreadLoop.start("caller", SystemClock.INSTANCE)) {
            CompletableFuture<Integer> refused = new CompletableFuture<>();
            caller.execute(() -> {
                int no = 0;
                for (int i = 0; i < entries; i++) {
                    no += gauge.reserve(1) ? 0 : 1;
                }
                refused.complete(no);
            });
            long inFlight = 0;
            while (!refused.isDone() || gauge.handed() > 0) {
                if (gauge.handed() > 0) {
                    inFlight++;
                    gauge.taken(1, inFlight, inFlight);
                }
            }

            assertThat(refused.get()).isZero();
            assertThat(inFlight).isEqualTo(entries);
        }
    }

    @Test
    void anEntryLargerThanTheWindowPassesAlone() {
        WindowGauge gauge = new WindowGauge(3, 100);

        assertThat(gauge.admits(500)).isTrue();
        assertThat(gauge.reserve(500)).isTrue();
        gauge.release(500);
        gauge.publish(1, 1);
        assertThat(gauge.admits(500)).isFalse();
    }

    @Test
    void theConfirmedIdIsAnnouncedAtOnceWhenIdleButNotTooOften() {
        SimWorld world = new SimWorld(5);
        SimLoop loop = world.node("n").loop("db");
        List<Long> announced = new ArrayList<>();
        LacAnnouncer announcer = new LacAnnouncer(loop, new LacPace(loop), announced::add);

        loop.enter(() -> announcer.update(0, false));
        assertThat(announced).isEmpty();
        loop.enter(() -> announcer.update(1, true));
        loop.enter(() -> announcer.update(2, true));
        loop.enter(() -> announcer.update(3, true));
        assertThat(announced).containsExactly(1L);
        world.runFor(Duration.ofNanos(300_000));

        assertThat(announced).containsExactly(1L, 3L);
        loop.enter(() -> announcer.update(4, false));
        world.runFor(Duration.ofSeconds(1));
        announcer.now();
        assertThat(announced).containsExactly(1L, 3L, 4L);
        announcer.stop();
        loop.enter(() -> announcer.update(5, true));
        assertThat(announced).hasSize(3);
    }

    @Test
    void nothingIsAnnouncedThatAnEntryOfTheSamePassSays() {
        SimWorld world = new SimWorld(5);
        SimLoop loop = world.node("n").loop("db");
        List<Long> announced = new ArrayList<>();
        LacAnnouncer announcer = new LacAnnouncer(loop, new LacPace(loop), announced::add);

        loop.enter(() -> {
            announcer.update(1, true);
            announcer.update(1, false); // the next entry was appended, as whoever waited for this one does
        });
        world.runFor(Duration.ofSeconds(1));
        assertThat(announced).isEmpty();
        loop.enter(() -> announcer.update(2, true));
        assertThat(announced).containsExactly(2L);
    }

    @Test
    void whenManyWritersFallIdleTogetherAFewAnnounceAtOnceAndOfTheOthersOnlyThoseThatStayIdle() {
        SimWorld world = new SimWorld(6);
        SimLoop loop = world.node("n").loop("db");
        LacPace pace = new LacPace(loop);
        List<String> announced = new ArrayList<>();
        List<LacAnnouncer> writers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String name = "w" + i;
            writers.add(new LacAnnouncer(loop, pace, lac -> announced.add(name + ":" + lac)));
        }

        loop.enter(() -> writers.forEach(writer -> writer.update(7, true)));
        assertThat(announced).hasSize(LacPace.AT_ONCE);
        loop.enter(() -> {
            writers.subList(0, 90).forEach(writer -> writer.update(7, false)); // an entry that carries 7 is under way
            writers.get(99).update(8, true);
        });
        world.runFor(Duration.ofMillis(2));

        assertThat(announced).hasSize(LacPace.AT_ONCE + 10).contains("w90:7", "w98:7", "w99:8");
        loop.enter(() -> writers.get(50).update(8, true)); // the crowd is gone
        assertThat(announced).endsWith("w50:8");
    }

    @Test
    void hintsOfOneSlotGrowTogetherAndNeverPassTheirBound() {
        RepairHints hints = new RepairHints(3);
        BookieId bookie = new BookieId("b1");
        hints.note(0, 1, bookie, 5);
        hints.note(0, 1, bookie, 8);
        hints.note(0, 2, bookie, 6);
        hints.note(0, 1, bookie, 100);
        assertThat(hints.list())
                .containsExactly(
                        new RepairHint(0, 1, bookie, 5, 8),
                        new RepairHint(0, 2, bookie, 6, 6),
                        new RepairHint(0, 1, bookie, 100, 100));

        for (int i = 0; i < 1000; i++) {
            hints.note(0, 1, bookie, 1000 + i * 10);
        }

        assertThat(hints.list()).hasSizeLessThanOrEqualTo(256);
        assertThat(hints.list()).anyMatch(hint -> hint.lastEntry() == 1000 + 999 * 10);
    }

    @Test
    void theTraceKeepsTheLatestDecisionsAndCountsTheRest() {
        DecisionTrace trace = new DecisionTrace(new LedgerId(7));
        for (int i = 1; i <= 300; i++) {
            trace.note("decision %s", i);
        }

        assertThat(trace.decisions()).hasSize(256).startsWith("decision 45").endsWith("decision 300");
        assertThat(trace.toString()).contains("44 earlier decisions").contains("45. decision 45");
    }
}
