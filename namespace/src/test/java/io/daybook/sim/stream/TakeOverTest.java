package io.daybook.sim.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.namespace.Namespace;
import io.daybook.sim.SimWorld;
import io.daybook.stream.AppendResult;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Writers that take the stream from each other, crash and come back in random order, while a reader follows: acknowledged records stay where they were
 * acknowledged, refused ones never appear, no offset is missing or twice, and what a reader saw is what every later reader sees.
 */
class TakeOverTest {
    private static final int SEEDS = 60;
    private static final int LONG_SEEDS = 1_000;

    @Test
    void writersThatFightNeverBothAcknowledge() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            new Schedule(seed, false).run();
        }
    }

    @Test
    void nothingIsLostOrDoubledWhenProcessesAndLedgersFail() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            new Schedule(seed, true).run();
        }
    }

    @Test
    @org.junit.jupiter.api.Tag("long")
    void nothingIsLostOrDoubledInManyMoreSchedules() {
        for (long seed = 1_000; seed < 1_000 + LONG_SEEDS; seed++) {
            new Schedule(seed, true).run();
        }
    }

    /** One seed: two writing processes and a reader. */
    private static final class Schedule {
        private final long seed;
        private final boolean failing;
        private final StreamWorld world;
        private final io.daybook.sim.SimRandom random;
        private final Map<String, StreamWriter> writers = new TreeMap<>();
        private final Map<String, Long> acknowledged = new TreeMap<>(); // payload to offset
        private final TreeSet<String> refused = new TreeSet<>(); // certainly not applied
        private final TreeSet<String> handedIn = new TreeSet<>();
        private final List<ReadRecord> followed = new ArrayList<>();
        private final Map<String, CompletableFuture<StreamWriter>> openings =
                new TreeMap<>(); // the last of each process
        private int counter;

        Schedule(long seed, boolean failing) {
            this.seed = seed;
            this.failing = failing;
            SimWorld sim = failing ? SimWorld.exploring(seed, false) : new SimWorld(seed);
            this.world = new StreamWorld(sim);
            this.random = sim.random("schedule");
        }

        void run() {
            try {
                play();
            } catch (RuntimeException | AssertionError wrong) {
                throw new AssertionError("seed " + seed + (failing ? " with failures" : ""), wrong);
            }
        }

        private void play() {
            Namespace reading = world.process("reader");
            world.await(reading.create("s", StreamConfig.DEFAULT.withSegmentSizeMax(DataSize.kibibytes(64))));
            StreamReader reader = world.await(reading.openReader("s", StartPosition.head()));
            follow(reader);
            if (failing) {
                world.ledgers.appendFailurePerMille(random.below(40));
            }
            for (int step = 0; step < 60; step++) {
                String process = random.below(2) == 0 ? "a" : "b";
                int what = random.below(20);
                if (what < 2) {
                    openWriter(process);
                } else if (what == 2 && failing) {
                    world.world.node(process).kill();
                    writers.remove(process);
                    openings.remove(process);
                } else if (what == 3 && failing) {
                    world.ledgers.failCreates(random.below(3));
                } else if (what == 4 && writers.containsKey(process)) {
                    writers.remove(process).close();
                } else if (what == 5 && writers.containsKey(process)) {
                    writers.get(process).roll();
                } else {
                    append(process);
                }
                world.world.runFor(Duration.ofNanos(random.magnitude(10_000, 200_000_000)));
            }
            world.ledgers.appendFailurePerMille(0);
            world.ledgers.failCreates(0);
            world.world.heal();
            world.world.runUntil(
                    () -> openings.values().stream().allMatch(CompletableFuture::isDone), Duration.ofMinutes(10));
            check(reader);
        }

        private void openWriter(String process) {
            if (!world.world.node(process).alive() || !writers.containsKey(process)) {
                CompletableFuture<StreamWriter> opening =
                        world.process(process).openWriter("s", WriterOptions.takingOver());
                openings.put(process, opening);
                opening.thenAccept(writer -> {
                    StreamWriter before = writers.put(process, writer);
                    if (before != null) {
                        before.abort();
                    }
                });
            }
        }

        private void append(String process) {
            StreamWriter writer = writers.get(process);
            if (writer == null) {
                return;
            }
            int many = 1 + random.below(8);
            for (int i = 0; i < many; i++) {
                String payload = "%s-%d-%s".formatted(process, counter++, "x".repeat(random.below(5_000)));
                handedIn.add(payload);
                writer.append(LogRecord.of(payload)).whenComplete((result, failure) -> note(payload, result, failure));
            }
        }

        private void note(String payload, AppendResult result, Throwable failure) {
            if (result != null) {
                acknowledged.put(payload, result.firstOffset());
            } else if (failure instanceof StreamException known
                    && known.outcome() == StreamException.Outcome.NOT_APPLIED) {
                refused.add(payload);
            }
        }

        private void follow(StreamReader reader) {
            reader.next().whenComplete((records, failure) -> {
                if (failure == null) {
                    records.forEach(followed::add);
                    follow(reader);
                } else if (!(failure instanceof StreamException.Closed)) {
                    throw new AssertionError("the reader stopped at " + reader.offset(), failure);
                }
            });
        }

        private void check(StreamReader reader) {
            Namespace last = world.process("c");
            StreamWriter writer = world.await(last.openWriter("s", WriterOptions.takingOver()));
            long end = world.await(writer.append(LogRecord.of("end"))).firstOffset();
            world.await(writer.close());
            assertThat(world.world.runUntil(() -> reader.offset() > end, Duration.ofMinutes(10)))
                    .as("the reader that followed reached the end %d, is at %d", end, reader.offset())
                    .isTrue();
            List<ReadRecord> all = world.readAll(last, "s");

            assertThat(all).hasSize((int) end + 1);
            TreeSet<String> seen = new TreeSet<>();
            for (int i = 0; i < all.size(); i++) {
                ReadRecord record = all.get(i);
                assertThat(record.offset()).isEqualTo(i);
                assertThat(seen.add(record.text()))
                        .as("%s is there twice", record)
                        .isTrue();
                assertThat(i == end || handedIn.contains(record.text())).isTrue();
                assertThat(refused).doesNotContain(record.text());
                assertThat(i == 0 || record.timestamp() >= all.get(i - 1).timestamp())
                        .isTrue();
            }
            acknowledged.forEach((payload, offset) ->
                    assertThat(all.get(offset.intValue()).text()).isEqualTo(payload));
            assertThat(followed).isEqualTo(all);
            reader.close();
        }
    }
}
