package io.daybook.bookie.ledger;

import io.daybook.ledger.protocol.Status;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The explicit last confirmed id of one ledger: the highest packet is kept, and written with the next journal group (R63b). */
final class LacPackets {
    private static final int LAC_AT = 8;

    private final HostedLedger ledger;
    private final LacQueue queue;

    private byte @Nullable [] highest;
    private long lac = -1;
    private List<StatusAnswer> waiting = new ArrayList<>(1); // for the next round
    private int rounds; // on their way to the disk

    LacPackets(HostedLedger ledger, LacQueue queue) {
        this.ledger = ledger;
        this.queue = queue;
    }

    /** As it was stored: nobody waits. */
    static LacPackets restored(HostedLedger ledger, LacQueue queue, byte[] packet) {
        LacPackets packets = new LacPackets(ledger, queue);
        packets.highest = packet;
        packets.lac = ByteBuffer.wrap(packet).getLong(LAC_AT);
        return packets;
    }

    long lac() {
        return lac;
    }

    byte @Nullable [] highest() {
        return highest;
    }

    /** Whether nothing waits for the journal. */
    boolean durable() {
        return rounds == 0 && waiting.isEmpty();
    }

    /** Takes a packet; a lower one changes nothing. {@code answer} comes once the highest packet is durable. True if it was the highest. */
    boolean offer(long offered, byte[] packet, StatusAnswer answer) {
        boolean raised = highest == null || offered > lac;
        if (raised) {
            highest = packet;
            lac = offered;
        } else if (durable()) {
            answer.done(Status.OK);
            return false;
        }
        waiting.add(answer);
        queue.add(this);
        return raised;
    }

    HostedLedger ledger() {
        return ledger;
    }

    /** The highest packet and all who wait now. */
    Round begin() {
        byte[] packet = highest;
        if (packet == null) {
            throw new IllegalStateException("a round of ledger " + ledger.id() + " began without a packet");
        }
        List<StatusAnswer> answers = waiting;
        waiting = new ArrayList<>(1);
        rounds++;
        return new Round(packet, answers);
    }

    /** One record on its way to the disk. */
    final class Round {
        private final byte[] packet;
        private final List<StatusAnswer> answers;

        private Round(byte[] packet, List<StatusAnswer> answers) {
            this.packet = packet;
            this.answers = answers;
        }

        byte[] packet() {
            return packet;
        }

        void done(Status status) {
            rounds--;
            answers.forEach(answer -> answer.done(status));
        }
    }
}
