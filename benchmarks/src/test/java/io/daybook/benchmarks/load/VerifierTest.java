package io.daybook.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class VerifierTest {
    private static final int LOG = 3;

    private final Payloads payloads = new Payloads(100, 7);
    private final Verifier verifier = new Verifier("ledger 12", LOG, payloads);

    private void deliver(long position, long sequence) {
        verifier.record(position, ByteBuffer.wrap(payloads.array(LOG, sequence)));
    }

    private void deliverTo(long end) {
        for (long i = 0; i < end; i++) {
            deliver(i, i);
        }
    }

    @Test
    void findsNothingWhereEveryRecordCameOnceInOrder() {
        deliverTo(100_000);
        verifier.end(100_000, 100_000);

        assertThat(verifier.verified()).isEqualTo(100_000);
        assertThat(verifier.problems()).isZero();
        assertThat(verifier.firstProblem()).isNull();
    }

    @Test
    void whatWasInFlightMayBeThereOrNot() {
        deliverTo(10);
        verifier.end(8, 12);

        assertThat(verifier.firstProblem()).isNull();
    }

    @Test
    void namesARecordThatIsLost() {
        deliverTo(10);
        deliver(10, 11);
        deliver(11, 12);

        assertThat(verifier.firstProblem())
                .isEqualTo("ledger 12, position 10: record 10 is missing, record 11 is in its place");
    }

    @Test
    void namesAllOfSeveralThatAreLost() {
        deliverTo(10);
        deliver(10, 15);

        assertThat(verifier.firstProblem())
                .isEqualTo("ledger 12, position 10: records 10 to 14 are missing, record 15 is in its place");
    }

    @Test
    void noticesThatTheEndIsMissing() {
        deliverTo(10);
        verifier.end(12, 12);

        assertThat(verifier.firstProblem())
                .isEqualTo("ledger 12 ends after record 9, but 12 records were acknowledged");
    }

    @Test
    void noticesMoreThanWasAppended() {
        deliverTo(10);
        verifier.end(9, 9);

        assertThat(verifier.firstProblem()).contains("10 records", "only 9");
    }

    @Test
    void namesARecordThatCameTwice() {
        deliverTo(10);
        deliver(10, 9);

        assertThat(verifier.firstProblem()).isEqualTo("ledger 12, position 10: record 9 came again or too late");
    }

    @Test
    void namesRecordsThatChangedPlaces() {
        deliverTo(10);
        deliver(10, 11);
        deliver(11, 10);
        deliver(12, 12);

        assertThat(verifier.problems()).isEqualTo(2);
        assertThat(verifier.firstProblem()).contains("record 10 is missing");
    }

    @Test
    void namesARecordOfWhichAnySingleByteChanged() {
        for (int i = 0; i < payloads.size(); i++) {
            Verifier each = new Verifier("ledger 12", LOG, payloads);
            byte[] damaged = payloads.array(LOG, 0);
            damaged[i] ^= 4;

            each.record(0, ByteBuffer.wrap(damaged));

            assertThat(each.problems()).as("byte %d", i).isEqualTo(1);
        }
    }

    @Test
    void namesARecordThatIsShorterOrLonger() {
        byte[] record = payloads.array(LOG, 0);

        verifier.record(0, ByteBuffer.wrap(record, 0, 99));
        assertThat(verifier.firstProblem()).contains("record 0 is damaged");
        verifier.record(1, ByteBuffer.wrap(record, 0, 5));
        assertThat(verifier.problems()).isEqualTo(2);
    }

    @Test
    void namesARecordOfAnotherLog() {
        deliverTo(10);
        verifier.record(10, ByteBuffer.wrap(payloads.array(LOG + 1, 10)));

        assertThat(verifier.firstProblem()).contains("position 10", "no record of this log");
    }

    @Test
    void namesARecordThatIsDeliveredUnderAnotherPosition() {
        deliver(1, 0);

        assertThat(verifier.firstProblem()).isEqualTo("ledger 12: record 0 was delivered as position 1");
    }

    @Test
    void recordsAreTheSameInBothForms() {
        var buffer = io.netty.buffer.Unpooled.buffer(100);
        payloads.write(LOG, 123_456, buffer);

        assertThat(buffer.array()).isEqualTo(payloads.array(LOG, 123_456));
        assertThat(buffer.release()).isTrue();
    }
}
