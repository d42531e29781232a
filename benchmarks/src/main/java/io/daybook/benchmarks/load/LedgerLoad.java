package io.daybook.benchmarks.load;

import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Replication;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Ledgers under load, one entry per record. The clients stay the caller's. */
public final class LedgerLoad implements LoadTarget {
    private static final int BATCH_ENTRIES = 1000;
    private static final long BATCH_BYTES = 4 << 20;
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final int ENTRIES_PER_LEDGER = 10_000; // in flight, of the client's default configuration
    private static final long BYTES_PER_LEDGER = 48 << 20; // of its 64 MiB, to stay clear of the edge

    private final LedgerClient client;
    private final LedgerClient other;
    private final LedgerOptions options;

    /**
     * Ledgers of one cluster.
     *
     * @param other takes over what {@code client} wrote; may be the same
     */
    public LedgerLoad(LedgerClient client, LedgerClient other, Replication replication) {
        this.client = client;
        this.other = other;
        this.options = LedgerOptions.DEFAULT.withReplication(replication);
    }

    /** Appends of {@code bytes} each, at least one, that a client of the default configuration keeps in flight on so many ledgers together. */
    public static long inFlightMax(long ledgers, long bytes) {
        return ledgers * Math.min(ENTRIES_PER_LEDGER, BYTES_PER_LEDGER / bytes);
    }

    @Override
    public String logWord() {
        return "ledger";
    }

    @Override
    public String recordsWord() {
        return "entries";
    }

    @Override
    public CompletableFuture<LoadLog> create() {
        return client.create(options).thenApply(OpenLedger::new);
    }

    @Override
    public CompletableFuture<@Nullable Void> read(String id, int recordBytes, RecordSink sink) {
        return client.open(ledger(id), OpenOptions.DEFAULT)
                .thenCompose(reader -> new LedgerScan(reader, recordBytes, sink).run())
                .thenApply(done -> null);
    }

    @Override
    public Following follow(String id, RecordSink sink) {
        LedgerTail tail = new LedgerTail(sink);
        client.open(ledger(id), OpenOptions.DEFAULT).whenComplete(tail::opened);
        return tail;
    }

    @Override
    public CompletableFuture<@Nullable Void> recover(String id) {
        return other.openAndRecover(ledger(id), OpenOptions.DEFAULT).thenApply(reader -> {
            reader.close();
            return null;
        });
    }

    @Override
    public CompletableFuture<@Nullable Void> delete(String id) {
        return client.delete(ledger(id), OpenOptions.DEFAULT).thenApply(done -> null);
    }

    @Override
    public void close() {}

    private static LedgerId ledger(String id) {
        return new LedgerId(Long.parseLong(id));
    }

    static void deliver(LedgerEntry entry, RecordSink sink) {
        sink.record(entry.entryId(), entry.payload().nioBuffer());
    }

    /** A ledger that is written. */
    private static final class OpenLedger implements LoadLog {
        private final LedgerWriter writer;
        private final String id;

        OpenLedger(LedgerWriter writer) {
            this.writer = writer;
            this.id = Long.toString(writer.ledger().value());
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public Executor lane() {
            return writer.loop();
        }

        @Override
        public void append(Payloads payloads, int number, long sequence, long token, Acks acks) {
            ByteBuf payload = ByteBufAllocator.DEFAULT.directBuffer(payloads.size(), payloads.size());
            payloads.write(number, sequence, payload);
            writer.append(payload)
                    .whenComplete((entry, failure) -> acks.done(number, entry == null ? -1 : entry, token, failure));
        }

        @Override
        public CompletableFuture<@Nullable Void> close() {
            return writer.close().thenApply(closed -> null);
        }

        @Override
        public void abandon() {
            writer.abandon();
        }
    }

    /** Follows one ledger: waits for the next entry, and takes what has gathered meanwhile in batches. Belongs to the reader's loop. */
    private static final class LedgerTail extends LogTail<LedgerReader> {
        private final RecordSink sink;

        private long next;

        LedgerTail(RecordSink sink) {
            super(LedgerReader::close);
            this.sink = sink;
        }

        @Override
        void next(LedgerReader from) {
            from.loop().execute(() -> poll(from));
        }

        private void poll(LedgerReader from) {
            from.poll(next, POLL).whenComplete((poll, failure) -> {
                if (closed()) {
                    if (poll != null && poll.entry() != null) {
                        poll.entry().close();
                    }
                } else if (poll == null) {
                    fail(failure);
                } else if (poll.entry() != null) {
                    deliver(poll.entry(), sink);
                    poll.entry().close();
                    next++;
                    next(from);
                } else if (poll.lastAddConfirmed() >= next) {
                    batch(from);
                } else if (!poll.closed()) {
                    next(from);
                }
            });
        }

        private void batch(LedgerReader from) {
            from.readBatch(next, BATCH_ENTRIES, BATCH_BYTES).whenComplete((entries, failure) -> {
                if (entries == null) {
                    if (!closed()) {
                        fail(failure);
                    }
                    return;
                }
                try (entries) {
                    if (!closed()) {
                        entries.forEach(entry -> deliver(entry, sink));
                        next += entries.size();
                        next(from);
                    }
                }
            });
        }
    }
}
