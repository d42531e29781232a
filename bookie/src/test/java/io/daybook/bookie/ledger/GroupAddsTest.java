package io.daybook.bookie.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.DigestType;
import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GroupAddsTest {
    private LedgerBench bench = new LedgerBench(11);
    private final List<ByteBuf> groups = new ArrayList<>();

    @AfterEach
    void buffersAreReturned() {
        bench.settle();
        groups.forEach(group -> assertThat(group.refCnt()).isZero());
    }

    private Group group(byte[] key, ByteBuf... entries) {
        ByteBuf bytes = ByteBufAllocator.DEFAULT.directBuffer();
        for (ByteBuf entry : entries) {
            bytes.writeInt(entry.readableBytes()).writeBytes(entry);
            entry.release();
        }
        groups.add(bytes);
        Group group = new Group(bytes, false, entries.length, key);
        bench.loop.enter(() -> bench.registry.ledger(5).addAll(group));
        return group;
    }

    private Group group(int from, int to) {
        ByteBuf[] entries = new ByteBuf[to - from];
        for (int i = from; i < to; i++) {
            entries[i - from] = bench.entry(5, i, i - 1, "p" + i % 10);
        }
        return group(LedgerBench.KEY, entries);
    }

    private static AddOutcomes each(Status... outcomes) {
        return AddOutcomes.of(outcomes);
    }

    @Test
    void allAreReadableAtOnceAndAnsweredTogetherWhenTheyAreDurable() {
        bench.log.hold(true);

        Group group = group(0, 5);
        bench.settle();
        LedgerBench.Look look = bench.read(5, 3);
        bench.settle();
        boolean early = group.outcomes != null;
        bench.log.hold(false);
        bench.settle();

        assertThat(early).isFalse();
        assertThat(look.payload).isEqualTo("p3");
        assertThat(group.outcomes).isEqualTo(AddOutcomes.all(Status.OK, 5));
        for (int i = 0; i < 5; i++) {
            assertThat(bench.platter.holds(5, i)).isTrue();
        }
    }

    @Test
    void oneThatIsDamagedIsRefusedAndNoOther() {
        ByteBuf damaged = bench.entry(5, 1, 0, "p1");
        damaged.setByte(damaged.writerIndex() - 1, 'q');

        Group group = group(LedgerBench.KEY, bench.entry(5, 0, -1, "p0"), damaged, bench.entry(5, 2, 1, "p2"));
        bench.settle();
        // the first request made the ledger known; only with metadata does the bookie know its digest
        bench = LedgerBench.withFacts(12, LedgerBench.OPEN_HERE);
        ByteBuf again = bench.entry(5, 1, 0, "p1");
        again.setByte(again.writerIndex() - 1, 'q');
        Group checked = group(LedgerBench.KEY, bench.entry(5, 0, -1, "p0"), again, bench.entry(5, 2, 1, "p2"));
        bench.settle();

        assertThat(group.outcomes).isEqualTo(AddOutcomes.all(Status.OK, 3));
        assertThat(checked.outcomes).isEqualTo(each(Status.OK, Status.BAD_REQUEST, Status.OK));
        assertThat(bench.platter.holds(5, 2)).isTrue();
        assertThat(bench.platter.holds(5, 1)).isFalse();
    }

    @Test
    void whatIsThereAlreadyIsComparedEachByItself() {
        bench = LedgerBench.withFacts(13, LedgerBench.OPEN_HERE);
        bench.add(5, 1, "p1");
        bench.add(5, 2, "other");
        bench.settle();

        Group group = group(0, 4);
        bench.settle();

        assertThat(group.outcomes).isEqualTo(each(Status.OK, Status.OK, Status.BAD_REQUEST, Status.OK));
    }

    @Test
    void entriesOutOfOrderAreTaken() {
        Group group = group(
                LedgerBench.KEY, bench.entry(5, 4, 0, "p4"), bench.entry(5, 1, 0, "p1"), bench.entry(5, 3, 0, "p3"));
        bench.settle();
        LedgerBench.Look one = bench.read(5, 1);
        LedgerBench.Look four = bench.read(5, 4);
        bench.settle();

        assertThat(group.outcomes).isEqualTo(AddOutcomes.all(Status.OK, 3));
        assertThat(one.payload).isEqualTo("p1");
        assertThat(four.payload).isEqualTo("p4");
    }

    @Test
    void aFenceEndsAllAndAStrangerGetsNoneIn() {
        bench.add(5, 0, "p0");
        bench.settle();
        Group stranger = group(LedgerBench.OTHER_KEY, bench.entry(5, 1, 0, "p1"), bench.entry(5, 2, 0, "p2"));
        bench.fence(5, -1, LedgerBench.KEY);

        Group late = group(1, 4);
        bench.settle();

        assertThat(stranger.outcomes).isEqualTo(AddOutcomes.all(Status.UNAUTHORIZED, 2));
        assertThat(late.outcomes).isEqualTo(AddOutcomes.all(Status.FENCED, 3));
        assertThat(bench.platter.holds(5, 1)).isFalse();
    }

    @Test
    void aReadOnlyBookieTakesNone() {
        bench.gate.readOnly(true);

        Group group = group(0, 3);
        bench.settle();

        assertThat(group.outcomes).isEqualTo(AddOutcomes.all(Status.READ_ONLY, 3));
    }

    @Test
    void theFirstTouchIsForAllOfThem() {
        bench = LedgerBench.withFacts(14, new FirstTouch.Facts(true, false, LedgerBench.KEY, null));

        Group group = group(0, 3);
        bench.settle();

        assertThat(bench.lookups).isEqualTo(1);
        assertThat(group.outcomes).isEqualTo(AddOutcomes.all(Status.UNKNOWN_STATE, 3));
    }

    @Test
    void thoseThereIsNoRoomForWaitAndAreToldWhenTheirTimeIsUp() {
        bench.open(200); // bytes: room for some

        Group group = group(0, 10);
        bench.world.runFor(Duration.ofSeconds(6));

        AddOutcomes outcomes = group.outcomes;
        assertThat(outcomes).isNotNull();
        assertThat(outcomes.runs()).isEqualTo(2);
        assertThat(outcomes.status(0)).isEqualTo(Status.OK);
        assertThat(outcomes.end(0)).isBetween(1, 9);
        assertThat(outcomes.status(1)).isEqualTo(Status.BUSY);
        assertThat(bench.platter.holds(5, outcomes.end(0) - 1)).isTrue();
        assertThat(bench.platter.holds(5, outcomes.end(0))).isFalse();
    }

    @Test
    void aJournalThatFailedMakesEachUnknown() {
        bench.add(5, 0, "p0");
        bench.settle();
        bench.log.failNextSync("no space left on device");

        Group group = group(1, 4);
        bench.settle();

        assertThat(group.outcomes).isEqualTo(AddOutcomes.all(Status.IO_ERROR, 3));
    }

    @Test
    void whatACrashTookWasNotAnswered() {
        bench.add(5, 0, "p0");
        bench.settle();
        bench.log.hold(true);
        Group group = group(1, 4);
        bench.settle();
        groups.clear(); // a process that is killed releases nothing

        bench.crashAndRestart();
        LedgerBench.Look look = bench.read(5, 1);
        bench.settle();

        assertThat(group.outcomes).isNull();
        assertThat(look.status).isEqualTo(Status.NO_SUCH_ENTRY);
    }

    @Test
    void groupsOfOneFrameAreJudgedEachByItself() {
        bench = LedgerBench.withFacts(15, new FirstTouch.Facts(true, true, LedgerBench.KEY, DigestType.CRC32C));
        bench.add(5, 0, "p0");
        bench.add(7, 0, "p0");
        bench.settle();
        ByteBuf damaged = bench.entry(7, 1, 0, "p1");
        damaged.setByte(damaged.writerIndex() - 1, 'q');

        bench.log.hold(true);
        List<Group> parts = frame( // 6 is new here and has to wait for a look at metadata, 7 goes one by one
                bench.entry(5, 1, 0, "p1"),
                bench.entry(6, 0, -1, "p0"),
                damaged,
                bench.entry(5, 2, 1, "p2"),
                bench.entry(7, 2, 1, "p2"));
        bench.settle();
        LedgerBench.Look look = bench.read(5, 2);
        bench.settle();
        boolean early = parts.stream().anyMatch(part -> part != parts.get(2) && part.outcomes != null);
        bench.log.hold(false);
        bench.settle();

        assertThat(early).isFalse();
        assertThat(look.payload).isEqualTo("p2");
        assertThat(parts)
                .extracting(part -> part.outcomes)
                .containsExactly(
                        each(Status.OK), each(Status.OK), each(Status.BAD_REQUEST), each(Status.OK), each(Status.OK));
        assertThat(bench.platter.holds(5, 1)).isTrue();
        assertThat(bench.platter.holds(6, 0)).isTrue();
        assertThat(bench.platter.holds(7, 1)).isFalse();
        assertThat(bench.platter.holds(5, 2)).isTrue();
        assertThat(bench.platter.holds(7, 2)).isTrue();
    }

    @Test
    void aJournalThatFailedMakesEachGroupOfAFrameUnknown() {
        bench.add(5, 0, "p0");
        bench.add(7, 0, "p0");
        bench.settle();
        bench.log.failNextSync("no space left on device");

        List<Group> parts = frame(bench.entry(5, 1, 0, "p1"), bench.entry(7, 1, 0, "p1"));
        bench.settle();

        assertThat(parts)
                .extracting(part -> part.outcomes)
                .containsExactly(each(Status.IO_ERROR), each(Status.IO_ERROR));
    }

    /** Adds each entry as a group, as a bookie does with a frame of them. */
    private List<Group> frame(ByteBuf... entries) {
        ByteBuf frame = ByteBufAllocator.DEFAULT.directBuffer();
        List<Group> parts = new ArrayList<>();
        groups.add(frame);
        bench.loop.enter(() -> {
            for (ByteBuf entry : entries) {
                frame.writeInt(entry.readableBytes()).writeBytes(entry, entry.readerIndex(), entry.readableBytes());
            }
            int end = frame.writerIndex();
            bench.registry.together(frame, () -> {
                int from = 0;
                for (ByteBuf entry : entries) {
                    int to = from + EntryGroup.LENGTH_SIZE + entry.readableBytes();
                    Group part = new Group(frame.setIndex(from, to), true, 1, LedgerBench.KEY);
                    bench.registry.ledger(entry.getLong(entry.readerIndex())).addAll(part);
                    part.keep();
                    parts.add(part);
                    from = to;
                }
            });
            frame.setIndex(0, end).release();
            for (ByteBuf entry : entries) {
                entry.release();
            }
        });
        return parts;
    }

    /** One group and its answer. */
    private static final class Group extends AddGroup {
        @Nullable
        AddOutcomes outcomes;

        Group(ByteBuf entries, boolean borrowed, int count, byte[] key) {
            super(entries, borrowed, count, key, false);
        }

        @Override
        protected void answered(AddOutcomes answer) {
            if (outcomes != null) {
                throw new AssertionError("answered twice: " + outcomes + ", " + answer);
            }
            outcomes = answer;
        }
    }
}
