package io.daybook.relay;

import static io.daybook.relay.Direction.TO_BOOKIE;
import static io.daybook.relay.Direction.TO_CLIENT;
import static io.daybook.relay.TwoEnds.CLOSED;
import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.ledger.LedgerId;
import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.WireV2;
import io.daybook.ledger.protocol.WireV3;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule, in each direction, on each wire. */
@Timeout(120)
final class BookieRelayTest {

    static Stream<Arguments> lines() {
        return Stream.of(TO_BOOKIE, TO_CLIENT)
                .flatMap(direction -> Stream.of(Arguments.of(direction, false), Arguments.of(direction, true)));
    }

    private static Match entryOne(Direction direction) {
        return Match.going(direction)
                .of(Operation.ADD)
                .ledger(new LedgerId(TwoEnds.LEDGER))
                .entry(1);
    }

    private static void addThree(TwoEnds ends) {
        for (int entry = 0; entry < 3; entry++) {
            ends.send(ends.add(entry, 60, false));
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void heldFramesWaitWhileOthersPass(Direction direction, boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            Held held = ends.relay.hold(entryOne(direction));
            addThree(ends);

            assertThat(ends.arrivals(direction, 2)).containsExactly("ADD 0", "ADD 2");
            assertThat(held.size()).isOne();
            held.release();
            assertThat(ends.arrivals(direction, 1)).containsExactly("ADD 1");
            ends.send(ends.add(1, 60, false));
            assertThat(ends.arrivals(direction, 1)).containsExactly("ADD 1");
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void theOldestHeldFramesAreReleasedOneByOneAndTheRestIsLost(Direction direction, boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            Held held = ends.relay.hold(Match.going(direction).of(Operation.ADD));
            addThree(ends);
            held.await(3);

            held.releaseOldest(1);
            assertThat(ends.arrivals(direction, 1)).containsExactly("ADD 0");
            held.drop();
            ends.send(ends.add(9, 60, false));
            assertThat(ends.arrivals(direction, 1)).containsExactly("ADD 9");
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void droppedFramesNeverArrive(Direction direction, boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            Rule rule = ends.relay.drop(entryOne(direction));
            addThree(ends);

            assertThat(ends.arrivals(direction, 2)).containsExactly("ADD 0", "ADD 2");
            assertThat(rule.met()).isOne();
            rule.remove();
            ends.send(ends.add(1, 60, false));
            assertThat(ends.arrivals(direction, 1)).containsExactly("ADD 1");
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void lossIsTheSameForTheSameSeed(Direction direction, boolean v3) throws Exception {
        List<String> first = survivors(direction, v3);
        assertThat(first).hasSizeBetween(10, 90);
        assertThat(survivors(direction, v3)).isEqualTo(first);
    }

    private static List<String> survivors(Direction direction, boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            Rule rule = ends.relay.lose(Match.going(direction).of(Operation.ADD), 0.5, 42);
            Rule passed = ends.relay.watch(Match.going(direction).of(Operation.ADD));
            for (int entry = 0; entry < 100; entry++) {
                ends.send(ends.add(entry, 60, false));
            }
            rule.await(100);
            return ends.arrivals(direction, (int) passed.met());
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void delayedFramesAreOvertaken(Direction direction, boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            ends.relay.delay(entryOne(direction), Duration.ofMillis(100));
            addThree(ends);

            assertThat(ends.arrivals(direction, 3)).containsExactly("ADD 0", "ADD 2", "ADD 1");
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void duplicatedFramesArriveTwice(Direction direction, boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            ends.relay.duplicate(entryOne(direction));
            addThree(ends);

            assertThat(ends.arrivals(direction, 4)).containsExactly("ADD 0", "ADD 1", "ADD 1", "ADD 2");
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aCutFrameArrivesInPartAndItsConnectionEnds(Direction direction, boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            ends.relay.cut(entryOne(direction), 9);
            addThree(ends);

            assertThat(ends.arrivals(direction, 2)).containsExactly("ADD 0", CLOSED);
            assertThat(ends.arrivalsUntilClosed(direction == TO_BOOKIE ? TO_CLIENT : TO_BOOKIE))
                    .as("what had come before may be lost, as ever when a connection ends")
                    .isSubsetOf("ADD 0", "ADD 1", "ADD 2");
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aResetEndsBothSides(Direction direction, boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            ends.relay.reset(entryOne(direction));
            ends.send(ends.add(0, 60, false));
            assertThat(ends.arrivals(TO_CLIENT, 1)).containsExactly("ADD 0");
            ends.send(ends.add(1, 60, false));

            assertThat(ends.arrivals(TO_CLIENT, 1)).containsExactly(CLOSED);
            assertThat(ends.arrivalsUntilClosed(TO_BOOKIE))
                    .containsExactlyElementsOf(direction == TO_BOOKIE ? List.of("ADD 0") : List.of("ADD 0", "ADD 1"));
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void changedFramesArriveAsChanged(Direction direction, boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            ends.relay.change(entryOne(direction), frame -> {
                frame.release();
                return direction == TO_BOOKIE ? encoded(v3, ends.add(99, 60, false)) : answer(v3, ends, 99);
            });
            addThree(ends);

            assertThat(ends.arrivals(direction, 3)).containsExactly("ADD 0", "ADD 99", "ADD 2");
        }
    }

    private static ByteBuf encoded(boolean v3, Request request) {
        PooledByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
        return v3 ? WireV3.encode(request, allocator) : WireV2.encode(request, allocator);
    }

    private static ByteBuf answer(boolean v3, TwoEnds ends, long entry) {
        PooledByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
        Response response = new Response.Add(ends.tag(1001), Status.OK, TwoEnds.LEDGER, entry);
        return v3 ? WireV3.encode(response, allocator) : WireV2.encode(response, allocator);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void silenceSwallowsFramesAndTellsNobody(Direction direction, boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            addThree(ends);
            ends.arrivals(TO_BOOKIE, 3);
            ends.arrivals(TO_CLIENT, 3);

            ends.relay.silence(direction);
            ends.send(ends.add(3, 60, false));
            if (direction == TO_CLIENT) {
                assertThat(ends.arrivals(TO_BOOKIE, 1)).containsExactly("ADD 3");
            }
            ends.relay.heal();
            assertThat(ends.arrivals(TO_BOOKIE, 1)).containsExactly(CLOSED);
            assertThat(ends.arrivals(TO_CLIENT, 1)).containsExactly(CLOSED);
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aSlowPaceTakesItsTimeAndStopsTheSenderInsteadOfBuffering(Direction direction, boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            ends.relay.pace(direction, new Pace(1 << 20, Duration.ofMillis(50)));
            long began = System.nanoTime();
            for (int i = 0; i < 400; i++) {
                ends.send(direction == TO_BOOKIE ? ends.add(i, 1 << 16, false) : ends.read(1000 + i));
            }
            ends.arrivals(direction, 8); // half a megabyte of 25

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(500));
            assertThat(ends.stopped(direction)).isTrue();
            assertThat(ends.relay.bytesInside()).isLessThan(2 << 20);
            ends.relay.pace(direction, Pace.FREE);
            assertThat(ends.arrivals(direction, 392)).last().asString().matches("(ADD|READ) 1?399");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void framesOfEveryTypeAreReadForWhatTheyAre(boolean v3) throws Exception {
        try (TwoEnds ends = TwoEnds.through(v3)) {
            LedgerId ledger = new LedgerId(TwoEnds.LEDGER);
            Rule fencing = ends.relay.watch(
                    Match.frames().of(Operation.READ).ledger(ledger).entry(3).fencing());
            Rule recovery = ends.relay.watch(
                    Match.frames().of(Operation.ADD).entries(0, 9).recovery());
            Rule normal = ends.relay.watch(Match.frames().of(Operation.ADD).normal());
            Rule unknown = ends.relay.watch(Match.frames().and(passing -> passing.operation() == null));
            Rule other = ends.relay.watch(Match.frames().ledger(new LedgerId(8)));
            List<Request> all = ends.everyType();
            int count = all.size();
            all.forEach(ends::send);
            ends.arrivals(TO_BOOKIE, count);
            ends.arrivals(TO_CLIENT, count);

            assertThat(fencing.met()).isEqualTo(2);
            assertThat(recovery.met()).isEqualTo(2);
            assertThat(normal.met()).isEqualTo(2);
            assertThat(unknown.met()).isZero();
            assertThat(other.met()).isZero();
        }
    }

    /** N5: codecs see the same frames however their bytes come. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void framesOfEveryTypeSurviveEveryCut(boolean v3) throws Exception {
        List<String> requests;
        List<String> answers;
        try (TwoEnds direct = new TwoEnds(v3, true, false)) {
            List<Request> all = direct.everyType();
            int count = all.size();
            all.forEach(direct::send);
            requests = direct.arrivals(TO_BOOKIE, count);
            answers = direct.arrivals(TO_CLIENT, count);
        }
        int longest = Stream.concat(requests.stream(), answers.stream())
                .mapToInt(hex -> 4 + hex.length() / 2)
                .max()
                .orElseThrow();
        try (TwoEnds ends = new TwoEnds(v3, true, true)) {
            Stream<Cutting> cuts = Stream.concat(
                    Stream.of(Cutting.NONE, Cutting.BYTES, Cutting.GLUED),
                    Stream.iterate(1, at -> at < longest, at -> at + 1).map(Cutting::at));
            for (Cutting cut : cuts.toList()) {
                ends.relay.cutting(TO_BOOKIE, cut);
                ends.relay.cutting(TO_CLIENT, cut);
                ends.everyType().forEach(ends::send);
                assertThat(ends.arrivals(TO_BOOKIE, requests.size()))
                        .as("%s", cut)
                        .isEqualTo(requests);
                assertThat(ends.arrivals(TO_CLIENT, answers.size()))
                        .as("%s", cut)
                        .isEqualTo(answers);
            }
        }
    }
}
