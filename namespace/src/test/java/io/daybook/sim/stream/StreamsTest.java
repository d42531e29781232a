package io.daybook.sim.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.DataSize;
import io.daybook.namespace.Namespace;
import io.daybook.stream.AppendOptions;
import io.daybook.stream.AppendResult;
import io.daybook.stream.Codec;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.Records;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamException;
import io.daybook.stream.StreamInfo;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.TxidMode;
import io.daybook.stream.WriterOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StreamsTest {
    private static final StreamConfig SMALL =
            StreamConfig.DEFAULT.withSegmentSizeMax(DataSize.kibibytes(64)).withCodec(Codec.NONE);

    private final StreamWorld world = new StreamWorld(1);
    private final Namespace namespace = world.process("a");

    @Test
    void readsBackWhatWasAppended() {
        world.await(namespace.create("numbers", StreamConfig.DEFAULT));
        StreamWriter writer = world.await(namespace.openWriter("numbers"));

        List<CompletableFuture<AppendResult>> results = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            results.add(writer.append(LogRecord.of("record " + i)));
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(world.await(results.get(i)).firstOffset()).isEqualTo(i);
        }
        world.await(writer.close());

        List<ReadRecord> read = world.readAll(namespace, "numbers");
        assertThat(read).hasSize(1_000);
        for (int i = 0; i < 1_000; i++) {
            assertThat(read.get(i).offset()).isEqualTo(i);
            assertThat(read.get(i).text()).isEqualTo("record " + i);
        }
        StreamInfo info = world.await(namespace.describe("numbers"));
        assertThat(info.tail()).isEqualTo(1_000);
        assertThat(info.owner()).isNull();
        assertThat(info.segments()).hasSize(1);
        assertThat(info.segments().get(0).state()).isEqualTo("CLOSED");
    }

    @Test
    void followsTheTailAcrossSegments() {
        world.await(namespace.create("s", SMALL));
        StreamWriter writer = world.await(namespace.openWriter("s"));
        StreamReader reader = world.await(world.process("r").openReader("s", StartPosition.tail()));

        long expected = 0;
        for (int round = 0; round < 60; round++) {
            CompletableFuture<Records> next = reader.next();
            world.await(writer.append(LogRecord.of(new byte[4_000])));
            Records records = world.await(next);
            for (ReadRecord record : records) {
                assertThat(record.offset()).isEqualTo(expected++);
            }
        }

        assertThat(expected).isEqualTo(60);
        StreamInfo info = world.await(namespace.describe("s"));
        assertThat(info.segments().size()).isGreaterThan(3);
        assertThat(info.tail()).isEqualTo(60);
    }

    @Test
    void rollsOnRequestWithoutAPreparedSuccessor() {
        world.await(namespace.create("s", StreamConfig.DEFAULT));
        StreamWriter writer = world.await(namespace.openWriter("s"));

        world.await(writer.append(LogRecord.of("one")));
        world.await(writer.roll());
        world.await(writer.append(LogRecord.of("two")));
        world.await(writer.close());

        StreamInfo info = world.await(namespace.describe("s"));
        assertThat(info.segments()).extracting(StreamInfo.Segment::endOffset).containsExactly(1L, 2L);
        assertThat(world.readAll(namespace, "s")).extracting(ReadRecord::text).containsExactly("one", "two");
    }

    @Test
    void rollsByAgeThoughNothingIsAppended() {
        world.await(namespace.create("s", StreamConfig.DEFAULT.withSegmentAgeMax(Duration.ofMinutes(1))));
        StreamWriter writer = world.await(namespace.openWriter("s"));
        world.await(writer.append(LogRecord.of("one")));

        world.world.runFor(Duration.ofMinutes(5));

        StreamInfo info = world.await(namespace.describe("s"));
        assertThat(info.segments()).hasSize(2);
        assertThat(info.segments().get(0).state()).isEqualTo("CLOSED");
        assertThat(info.segments().get(1).state()).isEqualTo("OPEN");
    }

    @Test
    void carriesOnAfterALedgerFailed() {
        for (boolean arrived : new boolean[] {true, false}) {
            String name = "s" + arrived;
            world.await(namespace.create(name, StreamConfig.DEFAULT));
            StreamWriter writer = world.await(namespace.openWriter(name));
            world.await(writer.append(LogRecord.of("first")));

            List<CompletableFuture<AppendResult>> results = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                results.add(writer.append(LogRecord.of("r" + i)));
            }
            world.world.runFor(Duration.ofNanos(50_000));
            world.ledgers.breakNewestHandle(arrived);
            for (int i = 0; i < 50; i++) {
                assertThat(world.await(results.get(i)).firstOffset()).isEqualTo(i + 1);
            }
            world.await(writer.close());

            List<ReadRecord> read = world.readAll(namespace, name);
            assertThat(read).hasSize(51);
            assertThat(read.get(50).text()).isEqualTo("r49");
        }
    }

    @Test
    void waitsForStorageAndThenGoesOn() {
        world.await(namespace.create("s", StreamConfig.DEFAULT));
        StreamWriter writer = world.await(namespace.openWriter("s"));
        world.ledgers.failCreates(3);

        assertThat(world.await(writer.append(LogRecord.of("x"))).firstOffset()).isZero();
    }

    @Test
    void givesUpWhenStorageStaysAway() {
        world.await(namespace.create("s", StreamConfig.DEFAULT));
        StreamWriter writer = world.await(namespace.openWriter("s"));
        world.ledgers.failCreates(1_000_000);

        CompletableFuture<AppendResult> result = writer.append(LogRecord.of("x"));

        assertThatThrownBy(() -> world.await(result))
                .isInstanceOfSatisfying(
                        StreamException.Unavailable.class,
                        e -> assertThat(e.outcome()).isEqualTo(StreamException.Outcome.NOT_APPLIED));
        world.ledgers.failCreates(0);
        StreamWriter second = world.await(namespace.openWriter("s"));
        assertThat(world.await(second.append(LogRecord.of("y"))).firstOffset()).isZero();
    }

    @Test
    void refusesARecordThatIsTooLargeBeforeAnythingIsSent() {
        world.await(namespace.create("s", StreamConfig.DEFAULT));
        StreamWriter writer = world.await(namespace.openWriter("s"));

        assertThatThrownBy(() -> world.await(writer.append(LogRecord.of(new byte[(1 << 20) + 1]))))
                .isInstanceOf(StreamException.TooLarge.class);
        assertThat(world.await(writer.append(LogRecord.of(new byte[1 << 20]))).firstOffset())
                .isZero();
        assertThat(world.readAll(namespace, "s").get(0).value()).hasSize(1 << 20);
    }

    @Test
    void appendsOnlyAtTheExpectedOffset() {
        world.await(namespace.create("s", StreamConfig.DEFAULT));
        StreamWriter writer = world.await(namespace.openWriter("s"));
        AppendOptions atZero = AppendOptions.DEFAULT.withExpectedOffset(0);

        CompletableFuture<AppendResult> first = writer.append(List.of(LogRecord.of("a")), atZero);
        CompletableFuture<AppendResult> second = writer.append(List.of(LogRecord.of("b")), atZero);

        assertThat(world.await(first).firstOffset()).isZero();
        assertThatThrownBy(() -> world.await(second))
                .isInstanceOfSatisfying(
                        StreamException.ConditionFailed.class,
                        e -> assertThat(e.actual()).isEqualTo(1));
        assertThat(first).isCompleted();
    }

    @Test
    void refusesWhatDoesNotFitTheQueueUnlessItMayWait() {
        world.config = world.config.withWriter(world.config.writer().withQueueSizeMax(DataSize.kibibytes(100)));
        Namespace tight = world.process("b");
        world.await(tight.create("s", StreamConfig.DEFAULT));
        StreamWriter writer = world.await(tight.openWriter("s"));

        CompletableFuture<AppendResult> first = writer.append(LogRecord.of(new byte[60_000]));
        CompletableFuture<AppendResult> refused = writer.append(LogRecord.of(new byte[60_000]));
        CompletableFuture<AppendResult> patient =
                writer.append(List.of(LogRecord.of(new byte[60_000])), AppendOptions.DEFAULT.withMayWait(true));
        assertThat(writer.writable()).isNotDone();

        assertThatThrownBy(() -> world.await(refused)).isInstanceOf(StreamException.Throttled.class);
        assertThat(world.await(first).firstOffset()).isZero();
        assertThat(world.await(patient).firstOffset()).isEqualTo(1);
        world.await(writer.writable());
    }

    @Test
    void flushCompletesAfterEverythingBefore() {
        world.await(namespace.create("s", StreamConfig.DEFAULT));
        StreamWriter writer = world.await(namespace.openWriter("s"));
        CompletableFuture<AppendResult> result = writer.append(LogRecord.of("a"));

        world.await(writer.flush());

        assertThat(result).isCompleted();
        assertThat(writer.committedTail()).isEqualTo(1);
    }

    @Test
    void startsWhereItIsTold() {
        world.await(namespace.create("s", SMALL.withInitialOffset(100)));
        StreamWriter writer = world.await(namespace.openWriter("s"));
        for (int i = 0; i < 100; i++) {
            world.await(writer.append(LogRecord.of(new byte[2_000])));
        }

        for (long offset = 100; offset <= 199; offset += 9) {
            StreamReader reader = world.await(namespace.openReader("s", StartPosition.offset(offset)));
            assertThat(world.await(reader.next()).records().get(0).offset()).isEqualTo(offset);
            StreamReader again = world.await(namespace.openReader("s", StartPosition.token(reader.position())));
            assertThat(again.offset()).isEqualTo(reader.offset());
            reader.close();
            again.close();
        }
        StreamReader last = world.await(namespace.openReader("s", StartPosition.last(3)));
        assertThat(world.await(last.next()).records().get(0).offset()).isEqualTo(197);
        assertThatThrownBy(() -> world.await(namespace.openReader("s", StartPosition.offset(99))))
                .isInstanceOf(StreamException.OffsetTruncated.class);
        assertThatThrownBy(() -> world.await(namespace.openReader("s", StartPosition.offset(201))))
                .isInstanceOfSatisfying(
                        StreamException.OffsetBeyondTail.class,
                        e -> assertThat(e.actual()).isEqualTo(200));
    }

    @Test
    void anEmptyReadReturnsAfterItsWait() {
        world.await(namespace.create("s", StreamConfig.DEFAULT));
        StreamReader reader = world.await(namespace.openReader("s", StartPosition.head()));

        assertThat(world.await(reader.next(1, 1, Duration.ofSeconds(3))).isEmpty())
                .isTrue();
    }

    @Test
    void keepsTheCallersOrderingNumbers() {
        world.await(namespace.create("s", StreamConfig.DEFAULT.withTxidMode(TxidMode.APPLICATION)));
        StreamWriter writer = world.await(namespace.openWriter("s"));

        CompletableFuture<AppendResult> ten = writer.append(LogRecord.of("a").withTxid(10));
        CompletableFuture<AppendResult> nine = writer.append(LogRecord.of("b").withTxid(9));
        CompletableFuture<AppendResult> more = writer.append(LogRecord.of("c").withTxid(700));

        world.await(ten);
        assertThatThrownBy(() -> world.await(nine)).isInstanceOf(StreamException.TxidOutOfOrder.class);
        world.await(more);
        world.await(writer.close());
        assertThat(world.readAll(namespace, "s")).extracting(ReadRecord::txid).containsExactly(10L, 700L);
        StreamWriter next = world.await(namespace.openWriter("s"));
        assertThatThrownBy(() -> world.await(next.append(LogRecord.of("d").withTxid(699))))
                .isInstanceOf(StreamException.TxidOutOfOrder.class);
    }

    @Test
    void aLiveOwnerIsRespectedWaitedForOrTakenOver() {
        world.await(namespace.create("s", StreamConfig.DEFAULT));
        StreamWriter first = world.await(namespace.openWriter("s"));
        world.await(first.append(LogRecord.of("a")));
        Namespace other = world.process("b");

        assertThatThrownBy(() -> world.await(other.openWriter("s")))
                .isInstanceOfSatisfying(
                        StreamException.Owned.class,
                        e -> assertThat(e.owner().address()).isEqualTo("a"));
        CompletableFuture<StreamWriter> waiting = other.openWriter("s", WriterOptions.waiting(Duration.ofMinutes(10)));
        world.world.runFor(Duration.ofMinutes(1));
        assertThat(waiting).isNotDone();
        world.await(first.close());
        StreamWriter second = world.await(waiting);
        assertThat(world.await(second.append(LogRecord.of("b"))).firstOffset()).isEqualTo(1);
        StreamWriter third = world.await(namespace.openWriter("s", WriterOptions.takingOver()));
        assertThat(third.epoch()).isEqualTo(3);

        assertThatThrownBy(() -> world.await(second.append(LogRecord.of("c"))))
                .isInstanceOfSatisfying(StreamException.OwnershipLost.class, e -> {
                    assertThat(e.owner()).isNotNull();
                    assertThat(e.owner().address()).isEqualTo("a");
                    assertThat(e.outcome()).isEqualTo(StreamException.Outcome.UNKNOWN);
                });
        assertThat(world.await(third.append(LogRecord.of("d"))).firstOffset()).isEqualTo(2);
    }

    @Test
    void takesOverFromAProcessThatVanished() {
        world.await(namespace.create("s", StreamConfig.DEFAULT));
        StreamWriter first = world.await(namespace.openWriter("s"));
        world.await(first.append(LogRecord.of("a")));
        world.world.node("a").kill();

        Namespace other = world.process("b");
        StreamWriter second = world.await(other.openWriter("s", WriterOptions.waiting(Duration.ofMinutes(1))));

        assertThat(world.await(second.append(LogRecord.of("b"))).firstOffset()).isEqualTo(1);
        assertThat(world.readAll(other, "s")).extracting(ReadRecord::text).containsExactly("a", "b");
    }

    @Test
    void appendsThroughAMetadataOutage() {
        world.await(namespace.create("s", SMALL));
        StreamWriter writer = world.await(namespace.openWriter("s"));
        for (int i = 0; i < 12; i++) {
            world.await(writer.append(LogRecord.of(new byte[4_000])));
        }
        world.world.metadata().outage(true);

        for (int i = 0; i < 40; i++) { // past one roll, through the successor that was listed before
            world.await(writer.append(LogRecord.of(new byte[4_000])));
        }
        world.world.metadata().outage(false);
        world.await(writer.close());

        assertThat(world.readAll(namespace, "s")).hasSize(52);
    }

    @Test
    void namesComeAndGo() {
        world.await(namespace.create("b/two", StreamConfig.DEFAULT));
        world.await(namespace.create("a", StreamConfig.DEFAULT));
        world.await(namespace.create("b/ön%e", StreamConfig.DEFAULT));

        assertThat(world.await(namespace.list(""))).containsExactly("a", "b/two", "b/ön%e");
        assertThat(world.await(namespace.list("b/"))).containsExactly("b/two", "b/ön%e");
        assertThatThrownBy(() -> world.await(namespace.create("a", StreamConfig.DEFAULT)))
                .isInstanceOf(StreamException.AlreadyExists.class);
        assertThatThrownBy(() -> world.await(namespace.open("none"))).isInstanceOf(StreamException.NotFound.class);
        assertThatThrownBy(() -> world.await(namespace.create("a//b", StreamConfig.DEFAULT)))
                .isInstanceOf(StreamException.Invalid.class);
        world.await(namespace.delete("a"));
        assertThat(world.await(namespace.list(""))).containsExactly("b/two", "b/ön%e");
        assertThatThrownBy(() -> world.await(namespace.delete("a"))).isInstanceOf(StreamException.NotFound.class);
    }

    @Test
    void deletingEndsWriterAndReader() {
        world.await(namespace.create("s", StreamConfig.DEFAULT));
        StreamWriter writer = world.await(namespace.openWriter("s"));
        world.await(writer.append(LogRecord.of("a")));
        StreamReader reader = world.await(namespace.openReader("s", StartPosition.tail()));
        CompletableFuture<Records> next = reader.next();
        Namespace other = world.process("b");

        world.await(other.delete("s"));

        assertThatThrownBy(() -> world.await(next)).isInstanceOf(StreamException.Deleted.class);
        assertThatThrownBy(() -> world.await(writer.append(LogRecord.of("b"))))
                .isInstanceOf(StreamException.Deleted.class);
        world.await(other.create("s", StreamConfig.DEFAULT));
        assertThat(world.readAll(other, "s")).isEmpty();
    }

    @Test
    void createsOnceThoughTheReplyIsLost() {
        world.world.metadata().loseNextReply(true);

        world.await(namespace.create("s", StreamConfig.DEFAULT));

        assertThat(world.await(namespace.list(""))).containsExactly("s");
    }
}
