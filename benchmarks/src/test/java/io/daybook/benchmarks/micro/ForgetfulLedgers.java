package io.daybook.benchmarks.micro;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.ledger.BookieId;
import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerException;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerMetadata;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.RepairHint;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Ledgers that keep nothing and acknowledge when they are told to, in order: what a benchmark of streams writes to. One thread. */
final class ForgetfulLedgers implements LedgerClient {
    private final Loop loop;
    private final ArrayDeque<Ledger> unanswered = new ArrayDeque<>(); // one for each entry, oldest first
    private long made;

    ForgetfulLedgers(Loop loop) {
        this.loop = loop;
    }

    /** Acknowledges all that was appended up to now. */
    void acknowledge() {
        for (int left = unanswered.size(); left > 0; left--) {
            unanswered.remove().acknowledge();
        }
    }

    @Override
    public CompletableFuture<LedgerWriter> create(LedgerOptions options) {
        Promise<LedgerWriter> created = loop.promise();
        created.complete(new Ledger(new LedgerId(made++), options));
        return created;
    }

    @Override
    public CompletableFuture<LedgerReader> open(LedgerId ledger, OpenOptions options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<LedgerReader> openAndRecover(LedgerId ledger, OpenOptions options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> delete(LedgerId ledger, OpenOptions options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> deleteUnrecoverable(LedgerId ledger, OpenOptions options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<LedgerMetadata> metadata(LedgerId ledger) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<RepairHint>> repairHints(LedgerId ledger) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<LedgerId>> list() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Loops loops() {
        return new Loops(List.of(loop));
    }

    @Override
    public int payloadBytesMax() {
        return 4 << 20;
    }

    @Override
    public void close() {}

    private final class Ledger implements LedgerWriter {
        private final LedgerId id;
        private final LedgerMetadata metadata;
        private final ArrayDeque<Promise<Long>> waiters = new ArrayDeque<>();
        private long confirmed = -1;
        private long pushed = -1;
        private long length;

        Ledger(LedgerId id, LedgerOptions options) {
            this.id = id;
            this.metadata = LedgerMetadata.open(
                    options.replication(),
                    options.digestType(),
                    options.password(),
                    List.of(new BookieId("a:1"), new BookieId("b:1"), new BookieId("c:1")),
                    0,
                    0,
                    options.custom());
        }

        void acknowledge() {
            waiters.remove().complete(++confirmed);
        }

        @Override
        public LedgerId ledger() {
            return id;
        }

        @Override
        public LedgerMetadata metadata() {
            return metadata;
        }

        @Override
        public Loop loop() {
            return loop;
        }

        @Override
        public CompletableFuture<Long> append(ByteBuf payload) {
            length += payload.readableBytes();
            payload.release();
            pushed++;
            Promise<Long> waiter = loop.promise();
            waiters.add(waiter);
            unanswered.add(this);
            return waiter;
        }

        @Override
        public long lastAddConfirmed() {
            return confirmed;
        }

        @Override
        public long lastAddPushed() {
            return pushed;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public boolean writable() {
            return true;
        }

        @Override
        public void onWritable(@Nullable Runnable listener) {}

        @Override
        public void advanceLastAddConfirmed() {}

        @Override
        public CompletableFuture<LedgerMetadata> close() {
            return CompletableFuture.completedFuture(metadata);
        }

        @Override
        public CompletableFuture<LedgerMetadata> closeNow() {
            return close();
        }

        @Override
        public void abandon() {}

        @Override
        public CompletableFuture<@Nullable LedgerException> ended() {
            return CompletableFuture.completedFuture(null);
        }
    }
}
