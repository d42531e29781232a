package io.daybook.benchmarks.load;

import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.time.SystemClock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Logs in memory, on a thread of their own; what is read from them can be tampered with. */
final class MemoryTarget implements LoadTarget {
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final ThreadLoop loop = ThreadLoop.start("memory", SystemClock.INSTANCE);
    private final List<MemoryLog> logs = new ArrayList<>(); // the loop, as is everything in them
    private final List<String> deleted = new ArrayList<>();
    private UnaryOperator<List<byte[]>> tamper = UnaryOperator.identity();
    private volatile boolean withTheNext;

    /** What readers get of each log instead of what was written. */
    void tamper(UnaryOperator<List<byte[]>> with) {
        tamper = with;
    }

    /** Whether followers get each record with the one after it only, or a good while later. */
    void deliverWithTheNext(boolean on) {
        withTheNext = on;
    }

    int made() {
        return ask(logs::size);
    }

    int deleted() {
        return ask(deleted::size);
    }

    private <T> T ask(java.util.function.Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, loop).join();
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
        return CompletableFuture.supplyAsync(
                () -> {
                    MemoryLog log = new MemoryLog(Integer.toString(logs.size()));
                    logs.add(log);
                    return log;
                },
                loop);
    }

    @Override
    public CompletableFuture<@Nullable Void> read(String id, int recordBytes, RecordSink sink) {
        return CompletableFuture.supplyAsync(
                () -> {
                    long position = 0;
                    for (byte[] record : tamper.apply(new ArrayList<>(logs.get(Integer.parseInt(id)).records))) {
                        sink.record(position++, ByteBuffer.wrap(record));
                    }
                    return null;
                },
                loop);
    }

    @Override
    public Following follow(String id, RecordSink sink) {
        loop.execute(() -> {
            MemoryLog log = logs.get(Integer.parseInt(id));
            log.follower = sink;
        });
        return new Following() {
            private final CompletableFuture<Throwable> failed = new CompletableFuture<>();

            @Override
            public CompletableFuture<Throwable> failed() {
                return failed;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public CompletableFuture<@Nullable Void> recover(String id) {
        return CompletableFuture.supplyAsync(() -> null, loop);
    }

    @Override
    public CompletableFuture<@Nullable Void> delete(String id) {
        return CompletableFuture.supplyAsync(
                () -> {
                    deleted.add(id);
                    return null;
                },
                loop);
    }

    @Override
    public void close() {
        loop.close();
    }

    private final class MemoryLog implements LoadLog {
        private final String id;
        private final List<byte[]> records = new ArrayList<>();
        private @Nullable RecordSink follower;
        private int delivered;
        private boolean abandoned;

        MemoryLog(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public Executor lane() {
            return loop;
        }

        @Override
        public void append(Payloads payloads, int number, long sequence, long token, Acks acks) {
            byte[] record = payloads.array(number, sequence);
            loop.execute(() -> {
                if (abandoned) {
                    acks.done(number, -1, token, new IllegalStateException("the writer is gone"));
                    return;
                }
                records.add(record);
                int all = records.size();
                deliver(withTheNext ? all - 1 : all);
                if (withTheNext) {
                    loop.schedule(PATIENCE_NANOS, () -> deliver(all));
                }
                acks.done(number, records.size() - 1, token, null);
            });
        }

        private void deliver(int upTo) {
            for (; follower != null && delivered < upTo; delivered++) {
                follower.record(delivered, ByteBuffer.wrap(records.get(delivered)));
            }
        }

        @Override
        public CompletableFuture<@Nullable Void> close() {
            return CompletableFuture.supplyAsync(() -> null, loop);
        }

        @Override
        public void abandon() {
            abandoned = true;
        }
    }
}
