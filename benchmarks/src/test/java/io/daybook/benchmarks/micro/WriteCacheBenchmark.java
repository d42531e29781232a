package io.daybook.benchmarks.micro;

import io.daybook.bookie.storage.WriteCacheDoor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Entries put into a bookie's write cache in order, round robin over ledgers, and got back in any order. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            LoopThreads.KIND,
            LoopThreads.CLASS,
            LoopThreads.OPEN,
            LoopThreads.REFLECTION,
            LoopThreads.LEAKS
        })
public class WriteCacheBenchmark {
    private static final long CACHE_BYTES = 64 << 20;
    private static final int KEPT = 16_384; // entries that `get` finds

    @Param("1024")
    public int size = 1024;

    @Param({"1", "1000"})
    public int ledgers = 1;

    private final ByteBufAllocator buffers = PooledByteBufAllocator.DEFAULT;
    private final SplittableRandom random = new SplittableRandom(7);
    private final WriteCacheDoor filling = new WriteCacheDoor(CACHE_BYTES);
    private final WriteCacheDoor full = new WriteCacheDoor(CACHE_BYTES);

    private ByteBuf body = buffers.buffer(0);
    private long next;

    @Setup
    public void fill() {
        body.release();
        body = Bytes.direct(size + 36);
        full.flushed();
        for (int i = 0; i < KEPT; i++) {
            if (!full.put(i % ledgers, i / ledgers, body)) {
                throw new AssertionError("the cache has no room for entry " + i);
            }
        }
    }

    @TearDown
    public void release() {
        body.release();
    }

    @Benchmark
    public boolean put() {
        boolean fits = filling.put(next % ledgers, next / ledgers, body);
        if (!fits) {
            filling.flushed();
            fits = filling.put(next % ledgers, next / ledgers, body);
        }
        next++;
        return fits;
    }

    @Benchmark
    public int get() {
        int at = random.nextInt(KEPT);
        ByteBuf found = Objects.requireNonNull(full.get(at % ledgers, at / ledgers, buffers));
        int bytes = found.readableBytes();
        found.release();
        return bytes;
    }
}
