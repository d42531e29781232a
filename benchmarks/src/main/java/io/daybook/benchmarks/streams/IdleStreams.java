package io.daybook.benchmarks.streams;

import io.daybook.base.error.Check;
import io.daybook.base.time.SystemClock;
import io.daybook.ledger.transport.Buffers;
import io.daybook.namespace.Namespace;
import io.daybook.namespace.client.Namespaces;
import io.daybook.stream.AppendResult;
import io.daybook.stream.Codec;
import io.daybook.stream.LogRecord;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Opens many streams for writing in this process, appends one record to each, and says how long that took and how much memory each holds while it is
 * idle: heap that survives a collection, and the pool's direct memory. Then appends to all once more, to show that they were open.
 *
 * <p>Arguments: the cluster's URI, and how many streams, 10,000 unless said otherwise. The cluster runs in other processes ({@code daybook dev}).
 */
public final class IdleStreams {
    private static final int AT_ONCE =
            512; // opens on their way, so that no queue of the metadata store grows without bound

    private final Namespace namespace;
    private final AtomicReferenceArray<@Nullable StreamWriter> writers;

    private IdleStreams(Namespace namespace, int count) {
        this.namespace = namespace;
        this.writers = new AtomicReferenceArray<>(count);
    }

    public static void main(String[] args) throws InterruptedException {
        Check.argument(args.length >= 1 && args.length <= 2, "usage: IdleStreams URI [COUNT]");
        int count = args.length == 2 ? Integer.parseInt(args[1]) : 10_000;
        try (Namespace namespace = Namespaces.connect(args[0]).join()) {
            new IdleStreams(namespace, count).run(System.out);
        }
    }

    private void run(PrintStream out) throws InterruptedException {
        int count = writers.length();
        forEach(Math.min(count, 200), this::openWarmUp); // classes, code, connections and arenas are nobody's stream
        Memory before = Memory.now();

        long began = SystemClock.INSTANCE.nanos();
        forEach(count, this::open);
        double openSeconds = (SystemClock.INSTANCE.nanos() - began) / 1e9;
        Memory after = Memory.now();
        out.printf(
                Locale.ROOT,
                "streams=%d openSeconds=%.2f opensPerS=%.0f heapBytesPerStream=%d directBytesPerStream=%d%n",
                count,
                openSeconds,
                count / openSeconds,
                (after.heap - before.heap) / count,
                (after.direct - before.direct) / count);

        began = SystemClock.INSTANCE.nanos();
        forEach(count, this::append);
        out.printf(
                Locale.ROOT,
                "one append to each: %.2f s, all acknowledged%n",
                (SystemClock.INSTANCE.nanos() - began) / 1e9);
        Memory again = Memory.now();
        out.printf(
                Locale.ROOT,
                "after it: heapBytesPerStream=%d directBytesPerStream=%d%n",
                (again.heap - before.heap) / count,
                (again.direct - before.direct) / count);

        began = SystemClock.INSTANCE.nanos();
        forEach(count, i -> writer(i).close());
        out.printf(Locale.ROOT, "closed: %.2f s%n", (SystemClock.INSTANCE.nanos() - began) / 1e9);
    }

    private CompletableFuture<?> openWarmUp(int i) {
        return opened("warm-up-", i)
                .thenCompose(writer -> writer.append(record()).thenCompose(done -> writer.close()));
    }

    private CompletableFuture<?> open(int i) {
        return opened("idle-", i).thenCompose(writer -> {
            writers.set(i, writer);
            return writer.append(record());
        });
    }

    private CompletableFuture<StreamWriter> opened(String prefix, int i) {
        String name = prefix + ProcessHandle.current().pid() + "-" + i;
        return namespace
                .create(name, StreamConfig.DEFAULT.withCodec(Codec.NONE))
                .thenCompose(stream -> stream.openWriter(WriterOptions.DEFAULT));
    }

    private CompletableFuture<AppendResult> append(int i) {
        return writer(i).append(record());
    }

    private StreamWriter writer(int i) {
        StreamWriter writer = writers.get(i);
        Check.state(writer != null, "stream %s is not open", i);
        return Objects.requireNonNull(writer);
    }

    private static LogRecord record() {
        return LogRecord.of(new byte[100]);
    }

    /** Runs {@code step} for 0 to {@code count}, some at once, and waits for all; fails with the first failure. */
    private static void forEach(int count, Step step) throws InterruptedException {
        Semaphore room = new Semaphore(AT_ONCE);
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        for (int i = 0; i < count && failed.get() == null; i++) {
            room.acquire();
            step.run(i).whenComplete((done, failure) -> {
                if (failure != null) {
                    failed.compareAndSet(null, failure);
                }
                room.release();
            });
        }
        room.acquire(AT_ONCE);
        Throwable first = failed.get();
        if (first != null) {
            throw new IllegalStateException("not all streams could be used: " + first.getMessage(), first);
        }
    }

    /** What is done to the stream with a number. */
    private interface Step {
        CompletableFuture<?> run(int i);
    }

    /** Bytes in use after a collection. */
    private record Memory(long heap, long direct) {
        static Memory now() {
            MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
            memory.gc();
            memory.gc(); // what the first one only made collectable
            return new Memory(
                    memory.getHeapMemoryUsage().getUsed(), Buffers.POOL.metric().usedDirectMemory());
        }
    }
}
