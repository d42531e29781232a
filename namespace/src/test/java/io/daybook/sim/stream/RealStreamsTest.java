package io.daybook.sim.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.DataSize;
import io.daybook.stream.AppendResult;
import io.daybook.stream.Codec;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.Records;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Streams on real bookies and a real ZooKeeper. */
class RealStreamsTest {
    private static RealCluster cluster;
    private static RealCluster.Process process;

    @BeforeAll
    static void start() {
        cluster = new RealCluster(4);
        process = cluster.process("first");
    }

    @AfterAll
    static void stop() {
        process.close();
        cluster.close();
    }

    @Test
    void aReaderFollowsAWriterThroughManySegmentsAndTheLossOfABookie() {
        int count = 50_000;
        RealCluster.await(process.namespace.create(
                "numbers",
                StreamConfig.DEFAULT.withSegmentSizeMax(DataSize.mebibytes(1)).withCodec(Codec.NONE)));
        StreamWriter writer = RealCluster.await(process.namespace.openWriter("numbers"));
        StreamReader reader = RealCluster.await(process.namespace.openReader("numbers", StartPosition.head()));

        List<CompletableFuture<AppendResult>> results = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (i == count / 2) {
                cluster.bookies.crash(0);
            }
            results.add(writer.append(LogRecord.of("record number " + i + " ".repeat(80))));
            if (i % 1_000 == 999) {
                RealCluster.await(results.get(i)); // not all at once: a roll wants time
            }
        }
        long expected = 0;
        while (expected < count) {
            Records records = RealCluster.await(reader.next(10_000, 1 << 20, Duration.ofSeconds(50)));
            assertThat(records.isEmpty()).isFalse();
            for (ReadRecord record : records) {
                assertThat(record.offset()).isEqualTo(expected);
                assertThat(record.text()).startsWith("record number " + expected + " ");
                expected++;
            }
        }
        for (int i = 0; i < count; i++) {
            assertThat(RealCluster.await(results.get(i)).firstOffset()).isEqualTo(i);
        }
        RealCluster.await(writer.close());
        reader.close();
        cluster.bookies.restart(0);

        assertThat(RealCluster.await(process.namespace.describe("numbers"))
                        .segments()
                        .size())
                .isGreaterThan(3);
    }

    @Test
    void anotherProcessTakesOverAndTheFirstIsToldByWhom() {
        RealCluster.await(process.namespace.create("shared", StreamConfig.DEFAULT));
        StreamWriter first = RealCluster.await(process.namespace.openWriter("shared"));
        RealCluster.await(first.append(LogRecord.of("one")));
        try (RealCluster.Process other = cluster.process("second")) {
            assertThatThrownBy(() -> RealCluster.await(other.namespace.openWriter("shared")))
                    .isInstanceOf(StreamException.Owned.class);
            StreamWriter second = RealCluster.await(other.namespace.openWriter("shared", WriterOptions.takingOver()));
            assertThat(RealCluster.await(second.append(LogRecord.of("two"))).firstOffset())
                    .isEqualTo(1);

            assertThatThrownBy(() -> RealCluster.await(first.append(LogRecord.of("three"))))
                    .isInstanceOfSatisfying(
                            StreamException.OwnershipLost.class,
                            e -> assertThat(e.owner().address()).isEqualTo("second"));
        }
        StreamWriter third = RealCluster.await(process.namespace.openWriter("shared"));
        assertThat(RealCluster.await(third.append(LogRecord.of("four"))).firstOffset())
                .isEqualTo(2);
        RealCluster.await(third.close());
        StreamReader reader = RealCluster.await(process.namespace.openReader("shared", StartPosition.head()));
        List<String> all = new ArrayList<>();
        while (all.size() < 3) {
            RealCluster.await(reader.next()).forEach(record -> all.add(record.text()));
        }
        reader.close();
        assertThat(all).containsExactly("one", "two", "four");
    }

    @Test
    void awaitsTheEndOfAProcessThatVanished() {
        RealCluster.await(process.namespace.create("orphan", StreamConfig.DEFAULT));
        RealCluster.Process other = cluster.process("lost");
        StreamWriter first = RealCluster.await(other.namespace.openWriter("orphan"));
        RealCluster.await(first.append(LogRecord.of("one")));
        other.vanish();

        StreamWriter second = RealCluster.await(
                process.namespace.openWriter("orphan", WriterOptions.waiting(Duration.ofSeconds(30))));

        assertThat(RealCluster.await(second.append(LogRecord.of("two"))).firstOffset())
                .isEqualTo(1);
        RealCluster.await(second.close());
    }

    @Test
    void deletedStreamsAreGone() {
        RealCluster.await(process.namespace.create("gone", StreamConfig.DEFAULT));
        StreamWriter writer = RealCluster.await(process.namespace.openWriter("gone"));
        RealCluster.await(writer.append(LogRecord.of("one")));

        RealCluster.await(process.namespace.delete("gone"));

        assertThatThrownBy(() -> RealCluster.await(writer.append(LogRecord.of("two"))))
                .isInstanceOf(StreamException.Deleted.class);
        assertThatThrownBy(() -> RealCluster.await(process.namespace.open("gone")))
                .isInstanceOf(StreamException.NotFound.class);
    }
}
