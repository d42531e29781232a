package io.daybook.benchmarks.micro;

import io.daybook.ledger.protocol.AddOutcomes;
import io.daybook.ledger.protocol.EntryGroup;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.RequestDecoder;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.ResponseDecoder;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.protocol.WireV3;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
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

/** Group adds of {@value #GROUP} entries and their answers, as Daybook speaks to Daybook. One operation is one entry. */
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
public class GroupCodecsBenchmark {
    static final int GROUP = 64;

    @Param("1024")
    public int size = 1024;

    private final ByteBufAllocator buffers = PooledByteBufAllocator.DEFAULT;
    private final RequestDecoder requests = new RequestDecoder();
    private final ResponseDecoder responses = new ResponseDecoder(true);

    private ByteBuf add = buffers.buffer(0);
    private ByteBuf answer = buffers.buffer(0);
    private int end;

    @Setup
    public void encode() {
        add.release();
        answer.release();
        ByteBuf entries = group(size, 0);
        add = WireV3.encode(new Request.GroupAdd(new Tag(Tag.V3, 77, 0), CodecsBenchmark.KEY, GROUP, entries), buffers);
        end = add.writerIndex();
        answer = encoded();
    }

    @TearDown
    public void release() {
        add.release();
        answer.release();
    }

    /** The request, and a walk over its entries. */
    @Benchmark
    @OperationsPerInvocation(GROUP)
    public long decodeAdds() {
        Request.GroupAdd decoded = (Request.GroupAdd) requests.decode(add.retain());
        ByteBuf entries = decoded.entries();
        EntryGroup walk = new EntryGroup(entries);
        long sum = 0;
        while (walk.next()) {
            sum += entries.getLong(entries.readerIndex() + 8);
        }
        walk.rewind();
        decoded.release();
        add.setIndex(0, end);
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(GROUP)
    public int encodeAnswer() {
        ByteBuf frame = encoded();
        int bytes = frame.readableBytes();
        frame.release();
        return bytes;
    }

    @Benchmark
    @OperationsPerInvocation(GROUP)
    public Response decodeAnswer() {
        Response decoded = responses.decode(answer.retain());
        answer.readerIndex(0);
        return decoded;
    }

    private ByteBuf encoded() {
        return WireV3.encode(
                new Response.GroupAdd(new Tag(Tag.V3, 77, 0), Status.OK, AddOutcomes.all(Status.OK, GROUP)), buffers);
    }

    /** Entries from {@code first} on, each of {@code size} bytes behind its length. */
    static ByteBuf group(int size, long first) {
        ByteBuf entries = PooledByteBufAllocator.DEFAULT.directBuffer(GROUP * (size + EntryGroup.LENGTH_SIZE));
        byte[] entry = Bytes.array(size);
        for (int i = 0; i < GROUP; i++) {
            entries.writeInt(size);
            int at = entries.writerIndex();
            entries.writeBytes(entry);
            entries.setLong(at, CodecsBenchmark.LEDGER).setLong(at + 8, first + i);
        }
        return entries;
    }
}
