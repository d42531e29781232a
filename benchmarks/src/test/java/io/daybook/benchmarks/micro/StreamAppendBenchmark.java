package io.daybook.benchmarks.micro;

import io.daybook.base.exec.Loops;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.Probe;
import io.daybook.base.time.SystemClock;
import io.daybook.stream.Codec;
import io.daybook.stream.LogRecord;
import io.daybook.stream.StreamConfig;
import io.daybook.stream.StreamWriter;
import io.daybook.stream.WriterOptions;
import io.daybook.stream.writer.StreamWriters;
import io.daybook.stream.writer.WriterConfig;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.SplittableRandom;
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

/**
 * Streams with one record outstanding each, {@value #AT_ONCE} of them in a pass: every record is a batch and an entry of its own. One operation is one
 * record from the caller's append to its result; ledgers cost a promise.
 */
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
public class StreamAppendBenchmark {
    static final int AT_ONCE = 64;

    @Param({"64", "1024"})
    public int streams = 64;

    @Param("1024")
    public int size = 1024;

    private final HandLoop loop = new HandLoop();
    private final ForgetfulLedgers ledgers = new ForgetfulLedgers(loop);
    private StreamWriter[] writers = new StreamWriter[0];
    private LogRecord record = LogRecord.of(new byte[0]);
    private int turn;
    private long told;

    @Setup
    public void open() {
        record = LogRecord.of(Bytes.array(size));
        HeldStreams records = new HeldStreams();
        StreamWriters factory = new StreamWriters(
                records,
                ledgers,
                records,
                WriterConfig.DEFAULT,
                new Loops(List.of(loop)),
                new Numbers(),
                SystemClock.INSTANCE,
                Probe.NONE,
                PooledByteBufAllocator.DEFAULT);
        writers = new StreamWriter[streams];
        for (int i = 0; i < streams; i++) {
            int at = i;
            factory.open(records.create(i + 1, StreamConfig.DEFAULT.withCodec(Codec.NONE)), WriterOptions.DEFAULT)
                    .thenAccept(writer -> writers[at] = writer);
        }
        loop.turn();
        for (int i = 0; i < streams; i += AT_ONCE) {
            append(); // opens their segments
        }
    }

    @Benchmark
    @OperationsPerInvocation(AT_ONCE)
    public long append() {
        for (int i = 0; i < AT_ONCE; i++) {
            writers[turn].append(record).thenAccept(place -> told += place.lastOffset());
            turn = turn + 1 == streams ? 0 : turn + 1;
        }
        loop.turn();
        ledgers.acknowledge();
        loop.turn();
        return told;
    }

    /** Numbers that only have to differ. */
    private static final class Numbers implements Entropy {
        private final SplittableRandom random = new SplittableRandom(7);

        @Override
        public long nextLong() {
            return random.nextLong();
        }

        @Override
        public void nextBytes(byte[] into) {
            random.nextBytes(into);
        }
    }
}
