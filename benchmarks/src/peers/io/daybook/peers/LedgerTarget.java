package io.daybook.peers;

import io.daybook.ledger.LedgerClient;
import io.daybook.ledger.LedgerEntries;
import io.daybook.ledger.LedgerEntry;
import io.daybook.ledger.LedgerId;
import io.daybook.ledger.LedgerOptions;
import io.daybook.ledger.LedgerReader;
import io.daybook.ledger.LedgerWriter;
import io.daybook.ledger.OpenOptions;
import io.daybook.ledger.Replication;
import io.daybook.ledger.client.LedgerClients;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import peers.LogTarget;

/** Ledgers through Daybook's client. */
public final class LedgerTarget implements LogTarget {
    private LedgerClient client;
    private Replication replication;

    @Override
    public void open(Map<String, String> params) {
        replication = new Replication(
                Integer.parseInt(params.getOrDefault("e", "3")),
                Integer.parseInt(params.getOrDefault("qw", "3")),
                Integer.parseInt(params.getOrDefault("qa", "2")));
        client = LedgerClients.connect(params.get("connect")).join();
    }

    @Override
    public List<Log> create(String base, int count) {
        List<CompletableFuture<LedgerWriter>> begun = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            begun.add(client.create(LedgerOptions.DEFAULT.withReplication(replication)));
        }
        List<Log> logs = new ArrayList<>();
        begun.forEach(one -> logs.add(new LedgerLog(one.join())));
        return logs;
    }

    private record LedgerLog(LedgerWriter writer) implements Log {
        @Override
        public String id() {
            return writer.ledger().toString();
        }

        @Override
        public void append(byte[] payload, long token, Ack ack) {
            writer.append(Unpooled.wrappedBuffer(payload)).whenComplete((id, failure) -> ack.done(token, failure));
        }

        @Override
        public void close(boolean seal) {
            if (seal) {
                writer.close().join();
            } else {
                writer.abandon();
            }
        }
    }

    @Override
    public AutoCloseable tail(String id, Sink sink) {
        LedgerReader reader = client.open(new LedgerId(Long.parseLong(id)), OpenOptions.DEFAULT).join();
        follow(reader, 0, sink);
        return reader;
    }

    private static void follow(LedgerReader reader, long next, Sink sink) {
        reader.poll(next, Duration.ofSeconds(1)).whenComplete((poll, failure) -> {
            if (failure != null) {
                return; // closed
            }
            LedgerEntry entry = poll.entry();
            if (entry != null) {
                emit(entry, sink);
                entry.close();
                follow(reader, next + 1, sink);
            } else if (poll.lastAddConfirmed() >= next) {
                reader.readBatch(next, 1000, 4 << 20).whenComplete((entries, problem) -> {
                    if (problem == null) {
                        int count = entries.size();
                        entries.forEach(one -> emit(one, sink));
                        entries.close();
                        follow(reader, next + count, sink);
                    }
                });
            } else if (!poll.closed()) {
                follow(reader, next, sink);
            }
        });
    }

    private static void emit(LedgerEntry entry, Sink sink) {
        ByteBuf payload = entry.payload();
        sink.entry(payload.getLong(payload.readerIndex()), payload.readableBytes());
    }

    @Override
    public void readAll(List<String> ids, long expected, Sink sink) {
        for (String id : ids) {
            try (LedgerReader reader = client.open(new LedgerId(Long.parseLong(id)), OpenOptions.DEFAULT).join()) {
                long last = reader.closed() ? reader.lastAddConfirmed() : reader.readLastAddConfirmed().join();
                ArrayDeque<CompletableFuture<LedgerEntries>> ahead = new ArrayDeque<>();
                long next = 0;
                while (next <= last || !ahead.isEmpty()) {
                    while (next <= last && ahead.size() < 8) {
                        long to = Math.min(last, next + 999);
                        ahead.add(reader.read(next, to));
                        next = to + 1;
                    }
                    try (LedgerEntries entries = ahead.remove().join()) {
                        entries.forEach(entry -> emit(entry, sink));
                    }
                }
            }
        }
    }

    @Override
    public void recover(String id) {
        client.openAndRecover(new LedgerId(Long.parseLong(id)), OpenOptions.DEFAULT).join().close();
    }

    @Override
    public void close() {
        client.close();
    }
}
