package io.daybook.benchmarks.micro;

import io.daybook.ledger.DigestType;
import io.daybook.ledger.Password;
import io.daybook.ledger.digest.EntryDigest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
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

/** An entry packed by its writer, and verified by a reader; the bare checksum beside it for scale. */
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
public class DigestsBenchmark {

    @Param({"CRC32C", "CRC32", "HMAC", "DUMMY"})
    public DigestType type = DigestType.CRC32C;

    @Param("1024")
    public int size = 1024;

    private final ByteBufAllocator buffers = PooledByteBufAllocator.DEFAULT;
    private final CRC32C bare = new CRC32C();

    private EntryDigest digest = EntryDigest.of(DigestType.CRC32C, Password.EMPTY);
    private ByteBuf payload = buffers.buffer(0);
    private ByteBuf packed = buffers.buffer(0);
    private int end;
    private long entry;

    @Setup
    public void pack() {
        digest = EntryDigest.of(type, Password.of("benchmark"));
        payload.release();
        packed.release();
        payload = Bytes.direct(size);
        packed = digest.pack(7, 41, 40, size, payload.retain(), buffers);
        end = packed.writerIndex();
    }

    @TearDown
    public void release() {
        payload.release();
        packed.release();
    }

    @Benchmark
    public int packEntry() {
        ByteBuf made = digest.pack(7, ++entry, entry - 1, entry * size, payload.retain(), buffers);
        int bytes = made.readableBytes();
        made.release();
        return bytes;
    }

    @Benchmark
    public long unpackEntry() {
        var found = digest.unpack(7, 41, packed.retain());
        long id = found.entryId();
        found.close();
        packed.setIndex(0, end);
        return id;
    }

    @Benchmark
    public long bareCrc32c() {
        bare.reset();
        bare.update(packed.internalNioBuffer(0, end));
        return bare.getValue();
    }
}
