package io.daybook.benchmarks.micro;

import io.daybook.stream.Codec;
import io.daybook.stream.LogRecord;
import io.daybook.stream.ReadRecord;
import io.daybook.stream.record.BatchStamp;
import io.daybook.stream.record.OpenBatch;
import io.daybook.stream.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Batches of {@value #RECORDS} stream records, encoded as a writer does and decoded as a reader does. One operation is one record. */
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
public class BatchBenchmark {
    static final int RECORDS = 200;

    @Param("100")
    public int size = 100;

    private final ByteBufAllocator buffers = PooledByteBufAllocator.DEFAULT;

    private LogRecord record = LogRecord.of(new byte[0]);
    private ByteBuf stored = buffers.buffer(0);
    private int end;
    private long offset;

    @Setup
    public void fill() {
        record = LogRecord.of(Bytes.array(size));
        stored.release();
        try (RecordBatch batch = batch(record, 0, buffers)) {
            stored = batch.frame();
        }
        end = stored.writerIndex();
    }

    @TearDown
    public void release() {
        stored.release();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public int encode() {
        offset += RECORDS;
        try (RecordBatch batch = batch(record, offset, buffers)) {
            return batch.size();
        }
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public List<ReadRecord> decode() {
        try (RecordBatch batch = RecordBatch.parse(stored.retain())) {
            return batch.records(0);
        } finally {
            stored.setIndex(0, end);
        }
    }

    static RecordBatch batch(LogRecord record, long offset, ByteBufAllocator buffers) {
        OpenBatch open = new OpenBatch(buffers, offset, false, (int) (RECORDS * (record.contentBytes() + 4)) + 256);
        for (int i = 0; i < RECORDS; i++) {
            open.add(record);
        }
        return open.seal(new BatchStamp(7, 1, 3, 0, 1_700_000_000_000L, 0, 0), Codec.NONE);
    }
}
