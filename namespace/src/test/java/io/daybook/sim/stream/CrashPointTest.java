package io.daybook.sim.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.daybook.base.config.DataSize;
import io.daybook.base.seam.Probe;
import io.daybook.namespace.Namespace;
import io.daybook.stream.AppendResult;
import io.daybook.stream.Codec;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamInfo;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import io.daybook.stream.writer.CrashPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stops a process exactly at a crash point, lets another take over, and checks that nothing acknowledged is missing, nothing is there twice, and the
 * chain of segments has no gap.
 */
class CrashPointTest {
    private static final StreamConfig SMALL =
            StreamConfig.DEFAULT.withSegmentSizeMax(DataSize.kibibytes(64)).withCodec(Codec.NONE);

    private StreamWorld world;
    private boolean stopped;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aLedgerThatWasCreatedButNotListedIsNoSegment(long seed) {
        stopAt(CrashPoint.OPEN_1, 1, seed, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aSegmentThatWasListedButNotWrittenIsRemoved(long seed) {
        stopAt(CrashPoint.OPEN_2, 1, seed, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aSuccessorThatWasCreatedButNotListedIsNoSegment(long seed) {
        stopAt(CrashPoint.NEXT_1, 2, seed, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aSuccessorThatWasNeverUsedIsRemoved(long seed) {
        stopAt(CrashPoint.NEXT_2, 2, seed, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anEndMarkerMayOrMayNotHaveArrived(long seed) {
        stopAt(CrashPoint.ROLL_1, 2, seed, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aSuccessorThatTheRecordDoesNotShowInUseIsRecovered(long seed) {
        stopAt(CrashPoint.ROLL_2, 2, seed, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aRollThatWasRecordedNeedsNothing(long seed) {
        stopAt(CrashPoint.ROLL_3, 2, seed, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aSegmentThatEndedWithoutAClosedLedgerIsRecovered(long seed) {
        stopAt(CrashPoint.CLOSE_1, 1, seed, true);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aClosedLedgerThatTheRecordDoesNotShowGivesTheSameEnd(long seed) {
        stopAt(CrashPoint.CLOSE_2, 1, seed, true);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aClaimWithoutRecoveryIsFollowedByAnother(long seed) {
        stopAcquisitionAt(CrashPoint.ACQ_1, seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void recoveredLedgersThatTheRecordDoesNotShowAreRecoveredAgain(long seed) {
        stopAcquisitionAt(CrashPoint.ACQ_2, seed);
    }

    private void stopAt(CrashPoint point, int time, long seed, boolean closing) {
        world = new StreamWorld(seed);
        Namespace reading = world.process("reader");
        world.await(reading.create("s", SMALL));
        Namespace victim = world.process("victim", stopping("victim", point, time));
        StreamWriter writer = world.await(victim.openWriter("s"));
        List<CompletableFuture<AppendResult>> results = new ArrayList<>();
        for (int i = 0; i < 100 && !stopped; i++) {
            results.add(writer.append(record(i)));
            world.world.runFor(Duration.ofMillis(2));
        }
        if (closing) {
            writer.close();
        }
        world.world.runUntil(() -> stopped, Duration.ofMinutes(5));
        assertThat(stopped).as("the process reached %s", point).isTrue();

        takeOverAndCheck(reading, results);
    }

    private void stopAcquisitionAt(CrashPoint point, long seed) {
        world = new StreamWorld(seed);
        Namespace reading = world.process("reader");
        world.await(reading.create("s", SMALL));
        StreamWriter writer = world.await(world.process("first").openWriter("s"));
        List<CompletableFuture<AppendResult>> results = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            results.add(writer.append(record(i)));
            world.world.runFor(Duration.ofMillis(2));
        }
        Namespace victim = world.process("victim", stopping("victim", point, 1));
        victim.openWriter("s", WriterOptions.takingOver());
        world.world.runUntil(() -> stopped, Duration.ofMinutes(5));
        assertThat(stopped).as("the process reached %s", point).isTrue();
        world.world.node("first").kill();

        takeOverAndCheck(reading, results);
    }

    private void takeOverAndCheck(Namespace reading, List<CompletableFuture<AppendResult>> results) {
        Namespace next = world.process("next");
        StreamWriter writer = world.await(next.openWriter("s", WriterOptions.waiting(Duration.ofMinutes(2))));
        long offset = world.await(writer.append(LogRecord.of("after"))).firstOffset();
        world.await(writer.close());

        List<ReadRecord> all = world.readAll(reading, "s");
        assertThat(all).hasSize((int) offset + 1);
        for (int i = 0; i < results.size(); i++) {
            CompletableFuture<AppendResult> result = results.get(i);
            if (result.isDone() && !result.isCompletedExceptionally()) {
                assertThat(result.getNow(null).firstOffset()).isEqualTo(i);
                assertThat(all.get(i).value()).isEqualTo(record(i).value());
            }
        }
        for (int i = 0; i < offset; i++) { // what was not acknowledged may be there, but in its place
            assertThat(all.get(i).value()).isEqualTo(record(i).value());
        }
        assertThat(all.get((int) offset).text()).isEqualTo("after");
        StreamInfo info = world.await(reading.describe("s"));
        long end = 0;
        for (StreamInfo.Segment segment : info.segments()) {
            assertThat(segment.state()).isEqualTo("CLOSED");
            assertThat(segment.startOffset()).isEqualTo(end);
            assertThat(segment.endOffset()).isGreaterThanOrEqualTo(end);
            end = segment.endOffset();
        }
        assertThat(end).isEqualTo(offset + 1);
        assertThat(info.owner()).isNull();
    }

    private Probe stopping(String node, CrashPoint point, int time) {
        stopped = false;
        return new Probe() {
            private int left = time;

            @Override
            public void reached(Enum<?> mark) {
                if (mark == point && --left == 0) {
                    stopped = true;
                    world.world.node(node).kill();
                }
            }

            @Override
            public int decision(String id, int n) {
                return 0;
            }
        };
    }

    private static LogRecord record(int i) {
        byte[] value = new byte[3_000];
        value[0] = (byte) i;
        value[2_999] = (byte) (i >> 8);
        return LogRecord.of(value);
    }
}
