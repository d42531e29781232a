package io.daybook.stream.writer;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.Probe;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Password;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamId;
import io.daybook.stream.metadata.OwnerMutations;
import io.daybook.stream.metadata.StreamRecords;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;

/** What all parts of one writer share; constant. */
record WriterEnvironment(
        StreamId stream,
        String name,
        StreamConfig config,
        WriterConfig settings,
        LedgerClient ledgers,
        StreamRecords records,
        OwnerMutations mutations,
        Loop loop,
        Entropy entropy,
        Probe probe,
        RollBudget rollBudget,
        ByteBufAllocator allocator) {

    /** How a segment's ledger is made: on the stream's loop, and marked so that the stream can be put together from its ledgers. */
    LedgerOptions ledgerOptions(long seq) {
        return LedgerOptions.DEFAULT
                .withReplication(config.replication())
                .withDigestType(config.digestType())
                .withPassword(Password.EMPTY)
                .withLoop(loop)
                .withCustom(Map.of(
                        "daybook.stream", number(stream.value()),
                        "daybook.seq", number(seq),
                        "daybook.epoch", number(mutations.epoch())));
    }

    OpenOptions openOptions() {
        return OpenOptions.DEFAULT.withLoop(loop);
    }

    /** Largest batch that both the stream and its ledgers take. */
    int batchBytesMax() {
        return (int) Math.min(config.batchSizeMax().bytes(), ledgers.payloadBytesMax());
    }

    Deadline deadline(Duration wait) {
        return Deadline.after(loop.clock(), wait);
    }

    long nowMillis() {
        return loop.clock().millis();
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }
}
