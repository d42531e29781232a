package io.daybook.benchmarks.micro;

import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.RequestDecoder;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.ResponseDecoder;
import io.daybook.ledger.protocol.Status;
import io.daybook.ledger.protocol.Tag;
import io.daybook.ledger.protocol.WireV2;
import io.daybook.ledger.protocol.WireV3;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
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

/** Frames of an add and of its answer, on both wire formats, encoded and decoded as connections do it. */
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
public class CodecsBenchmark {
    static final byte[] KEY = Bytes.array(20);
    static final long LEDGER = 1234;

    @Param({"V2", "V3"})
    public String wire = "V3";

    @Param("1024")
    public int size = 1024;

    private final ByteBufAllocator buffers = PooledByteBufAllocator.DEFAULT;
    private final RequestDecoder requests = new RequestDecoder();

    private boolean v3;
    private ResponseDecoder responses = new ResponseDecoder(true);
    private ByteBuf add = buffers.buffer(0);
    private ByteBuf answer = buffers.buffer(0);
    private int end;
    private long entry;

    @Setup
    public void encode() {
        v3 = wire.equals("V3");
        responses = new ResponseDecoder(v3);
        add.release();
        answer.release();
        add = addFrame(v3, size, buffers);
        end = add.writerIndex();
        answer = encodeAnswer(v3, 77, 1 << 20, buffers);
    }

    @TearDown
    public void release() {
        add.release();
        answer.release();
    }

    /** The bytes before the body, which is sent as it is. */
    @Benchmark
    public int encodeAdd() {
        ByteBuf head = encodeAddHead(v3, ++entry, size, buffers);
        int bytes = head.readableBytes();
        head.release();
        return bytes;
    }

    @Benchmark
    public long decodeAdd() {
        Request.Add decoded = (Request.Add) requests.decode(add.retain());
        long id = decoded.entryId();
        decoded.release();
        add.setIndex(0, end);
        return id;
    }

    @Benchmark
    public int encodeAnswer() {
        ByteBuf frame = encodeAnswer(v3, ++entry, entry, buffers);
        int bytes = frame.readableBytes();
        frame.release();
        return bytes;
    }

    @Benchmark
    public Response decodeAnswer() {
        Response decoded = responses.decode(answer.retain());
        answer.readerIndex(0);
        return decoded;
    }

    static ByteBuf encodeAddHead(boolean v3, long entry, int size, ByteBufAllocator buffers) {
        return v3
                ? WireV3.encodeAddHead(new Tag(Tag.V3, entry, 0), LEDGER, entry, KEY, size, false, false, buffers)
                : WireV2.encodeAddHead(KEY, false, buffers);
    }

    /** A whole frame in one buffer, as a bookie finds it. */
    static ByteBuf addFrame(boolean v3, int size, ByteBufAllocator buffers) {
        ByteBuf head = encodeAddHead(v3, 1 << 20, size, buffers);
        ByteBuf frame = buffers.directBuffer(head.readableBytes() + size).writeBytes(head);
        head.release();
        int body = frame.writerIndex();
        frame.writeBytes(Bytes.array(size));
        frame.setLong(body, LEDGER).setLong(body + 8, 1 << 20);
        return frame;
    }

    static ByteBuf encodeAnswer(boolean v3, long txn, long entry, ByteBufAllocator buffers) {
        Tag tag = v3 ? new Tag(Tag.V3, txn, 0) : Tag.V2;
        Response answer = new Response.Add(tag, Status.OK, LEDGER, entry);
        return v3 ? WireV3.encode(answer, buffers) : WireV2.encode(answer, buffers);
    }
}
