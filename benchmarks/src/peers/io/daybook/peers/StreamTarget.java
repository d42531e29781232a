package io.daybook.peers;

import io.daybook.ledger.Replication;
import io.daybook.namespace.Namespace;
import io.daybook.namespace.client.Namespaces;
import io.daybook.stream.Codec;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.StartPosition;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamReader;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import peers.LogTarget;

/**
 * Streams through Daybook's public API, one record per append.
 *
 * <p>The harness appends the same bytes again and again, which any codec would shrink to nothing, so bodies are not compressed unless {@code
 * --set codec=lz4} (or zstd) asks for it; then each record gets other random bytes, which no codec can shrink.
 */
public final class StreamTarget implements LogTarget {
    private static final int VARIANTS = 1 << 15; // more bytes than the 64 KiB in which lz4 looks for repetitions

    private Namespace namespace;
    private StreamConfig config;

    @Override
    public void open(Map<String, String> params) {
        Codec codec = Codec.valueOf(params.getOrDefault("codec", "none").toUpperCase(Locale.ROOT));
        config = StreamConfig.DEFAULT
                .withCodec(codec)
                .withReplication(new Replication(
                        Integer.parseInt(params.getOrDefault("e", "3")),
                        Integer.parseInt(params.getOrDefault("qw", "3")),
                        Integer.parseInt(params.getOrDefault("qa", "2"))));
        namespace = Namespaces.connect(params.get("connect")).join();
    }

    @Override
    public List<Log> create(String base, int count) {
        List<CompletableFuture<StreamWriter>> begun = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = base + "-" + i;
            names.add(name);
            begun.add(namespace.create(name, config).thenCompose(stream -> stream.openWriter(WriterOptions.DEFAULT)));
        }
        List<Log> logs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StreamWriter writer = begun.get(i).join();
            logs.add(config.codec() == Codec.NONE ? new StreamLog(names.get(i), writer) : new VariedLog(names.get(i), writer));
        }
        return logs;
    }

    private static void append(StreamWriter writer, byte[] payload, long token, Ack ack) {
        writer.append(LogRecord.of(payload)).whenComplete((place, failure) -> ack.done(token, failure));
    }

    private static void close(StreamWriter writer, boolean seal) {
        if (seal) {
            writer.close().join();
        } else {
            writer.abort();
        }
    }

    private record StreamLog(String id, StreamWriter writer) implements Log {
        @Override
        public void append(byte[] payload, long token, Ack ack) {
            StreamTarget.append(writer, payload, token, ack);
        }

        @Override
        public void close(boolean seal) {
            StreamTarget.close(writer, seal);
        }
    }

    /** Appends records of the size asked for, each with bytes of its own. */
    private static final class VariedLog implements Log {
        private final String id;
        private final StreamWriter writer;
        private final Random random = new Random(11);
        private byte[][] variants = {};
        private int next;

        VariedLog(String id, StreamWriter writer) {
            this.id = id;
            this.writer = writer;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public void append(byte[] payload, long token, Ack ack) {
            if (variants.length == 0) {
                variants = new byte[Math.max(1, Math.min(VARIANTS, (64 << 20) / payload.length))][payload.length];
                for (byte[] one : variants) {
                    random.nextBytes(one);
                }
            }
            next = next + 1 < variants.length ? next + 1 : 0;
            StreamTarget.append(writer, variants[next], token, ack);
        }

        @Override
        public void close(boolean seal) {
            StreamTarget.close(writer, seal);
        }
    }

    @Override
    public AutoCloseable tail(String id, Sink sink) {
        StreamReader reader = namespace.openReader(id, StartPosition.head()).join();
        follow(reader, sink);
        return reader;
    }

    private static void follow(StreamReader reader, Sink sink) {
        reader.next().whenComplete((records, failure) -> {
            if (failure == null) { // else closed
                records.forEach(record -> emit(record, sink));
                follow(reader, sink);
            }
        });
    }

    private static void emit(ReadRecord record, Sink sink) {
        byte[] value = record.content().value();
        sink.entry(ByteBuffer.wrap(value).getLong(), value.length);
    }

    @Override
    public void readAll(List<String> ids, long expected, Sink sink) {
        for (String id : ids) {
            try (StreamReader reader = namespace.openReader(id, StartPosition.head()).join()) {
                for (long left = expected / ids.size(); left > 0; ) {
                    List<ReadRecord> records = reader.next().join().records();
                    records.forEach(record -> emit(record, sink));
                    left -= records.size();
                }
            }
        }
    }

    @Override
    public void recover(String id) {
        namespace.openWriter(id, WriterOptions.takingOver()).join().close().join();
    }

    @Override
    public void close() {
        namespace.close();
    }
}
