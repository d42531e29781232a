package io.daybook.benchmarks.micro;

import io.daybook.ledger.Replication;
import io.daybook.ledger.client.AppendDoor;
import io.netty.buffer.ByteBuf;
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

/** A writer's state machine with a full window: per operation one entry is appended, and the oldest is answered by its three bookies. */
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
public class AppendWindowBenchmark {
    static final int GROUP = 64;

    @Param({"1", "1000"})
    public int window = 1000;

    private final Object waiter = new Object();
    private final ByteBuf body = Bytes.direct(1064);

    private AppendDoor writer = new AppendDoor(Replication.DEFAULT);

    @Setup
    public void fill() {
        writer = new AppendDoor(Replication.DEFAULT);
        for (int i = 1; i < window; i++) {
            writer.append(body.retain(), 1024, waiter);
        }
    }

    @TearDown
    public void release() {
        writer.close();
        body.release();
    }

    @Benchmark
    public long appendAndConfirm() {
        writer.append(body.retain(), 1024, waiter);
        long oldest = writer.nextEntry() - window;
        writer.stored(0, oldest);
        writer.stored(1, oldest);
        writer.stored(2, oldest);
        return writer.acknowledged();
    }

    /** As bookies answer that take groups: {@value #GROUP} entries at a time. */
    @Benchmark
    @OperationsPerInvocation(GROUP)
    public long appendAndConfirmGroup() {
        for (int i = 0; i < GROUP; i++) {
            writer.append(body.retain(), 1024, waiter);
        }
        long oldest = writer.nextEntry() - window - GROUP + 1;
        long[] entries = new long[GROUP]; // the connection has one for each group it sent
        for (int i = 0; i < GROUP; i++) {
            entries[i] = oldest + i;
        }
        writer.stored(0, entries);
        writer.stored(1, entries);
        writer.stored(2, entries);
        return writer.acknowledged();
    }
}
