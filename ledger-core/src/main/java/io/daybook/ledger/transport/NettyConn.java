package io.daybook.ledger.transport;

import io.daybook.base.error.BrokenInvariantException;
import io.daybook.base.error.Check;
import io.daybook.base.error.DaybookException;
import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.TransportException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection over a channel. Owns what was sent in the current pass and not yet given to the channel.
 *
 * <p>Small frames of a pass are copied one after the other into one buffer, large ones follow by reference; the channel is flushed once, when
 * the pass ends (and before, when very much has come together). What the operating system has not taken is counted by the memory it holds, not by its bytes, so that a peer
 * that does not read cannot hold many times what is allowed.
 */
@SuppressWarnings("FutureReturnValueIgnored") // of writes and closes: what became of them is told by onClosed
final class NettyConn extends ChannelInboundHandlerAdapter implements Conn {
    private static final Logger LOG = LoggerFactory.getLogger(NettyConn.class);

    private static final int COPIED_BYTES_MAX = 8 << 10;
    private static final int CHUNK_SIZE_MIN = 512;
    private static final int CHUNK_SIZE_MAX = 32 << 10; // the largest the pool keeps ready for a thread
    private static final int FLUSH_BYTES = 256 << 10;
    private static final int QUEUE_HIGH_BYTES = 1 << 20;
    private static final int QUEUE_LOW_BYTES = 512 << 10;

    private final Channel channel;
    private final NettyLoop loop;
    private final HostPort peer;
    private final FrameSplitter splitter;
    private final ByteBufAllocator allocator;
    private final Runnable passEnd = this::passEnd;

    private @Nullable ConnHandler handler; // this and below: the loop only
    private boolean started;
    private boolean reading = true;
    private boolean closed;
    private boolean closedTold;
    private @Nullable Throwable cause;

    private @Nullable ByteBuf chunk;
    private boolean flushAsked;
    private int passBytes;
    private int unflushedBytes;
    private int chunkSize = CHUNK_SIZE_MIN;
    private long queuedBytes;
    private boolean writable = true;

    NettyConn(Channel channel, NettyLoop loop, HostPort peer, int frameSizeMax, UnfinishedFrames unfinished) {
        this.channel = channel;
        this.loop = loop;
        this.peer = peer;
        this.allocator = channel.alloc();
        this.splitter = new FrameSplitter(frameSizeMax, allocator, unfinished, this::evicted);
    }

    /** From now on frames go to {@code handler}; the channel begins to read. */
    void start(ConnHandler handler) {
        this.handler = handler;
        started = true;
        if (closed) {
            tellClosed();
        } else {
            channel.config().setAutoRead(reading);
        }
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public HostPort peer() {
        return peer;
    }

    // ---- out

    @Override
    public void send(ByteBuf frame) {
        checkLoop();
        if (closed) {
            frame.release();
            return;
        }
        int size = frame.readableBytes();
        if (size <= COPIED_BYTES_MAX) {
            room(4 + size).writeInt(size).writeBytes(frame);
            frame.release();
        } else {
            room(4).writeInt(size);
            pass(frame);
        }
        flushLater(4 + size);
    }

    @Override
    public void send(ByteBuf head, ByteBuf body) {
        checkLoop();
        if (closed) {
            head.release();
            body.release();
            return;
        }
        int headSize = head.readableBytes();
        int bodySize = body.readableBytes();
        room(4 + headSize).writeInt(headSize + bodySize).writeBytes(head);
        head.release();
        if (bodySize <= COPIED_BYTES_MAX) {
            room(bodySize).writeBytes(body, body.readerIndex(), bodySize);
            body.release();
        } else {
            pass(body);
        }
        flushLater(4 + headSize + bodySize);
    }

    /** The current chunk with room for {@code size} more bytes. */
    private ByteBuf room(int size) {
        ByteBuf current = chunk;
        if (current != null && current.writableBytes() >= size) {
            return current;
        }
        if (current != null) {
            chunk = null;
            handOver(current);
            chunkSize = Math.min(CHUNK_SIZE_MAX, chunkSize * 2);
        }
        current = allocator.directBuffer(Math.max(chunkSize, size));
        chunk = current;
        return current;
    }

    /** Sends {@code large} by reference after what is in the chunk. */
    private void pass(ByteBuf large) {
        ByteBuf before = chunk;
        if (before != null) {
            // The rest of the chunk goes on being filled: a slice of it is sent now.
            int from = before.readerIndex();
            int to = before.writerIndex();
            if (to > from) {
                write(before.retainedSlice(from, to - from), 0);
                before.readerIndex(to);
            }
        }
        write(large, large.readableBytes());
    }

    private void handOver(ByteBuf full) {
        if (full.isReadable()) {
            write(full, full.capacity());
        } else {
            full.release(); // all of it went as slices
        }
    }

    private void write(ByteBuf buffer, int counted) {
        if (counted == 0) {
            channel.write(buffer, channel.voidPromise());
            return;
        }
        queuedBytes += counted;
        channel.write(buffer).addListener(done -> taken(counted));
    }

    private void flushLater(int size) {
        passBytes += size;
        unflushedBytes += size;
        if (!flushAsked) {
            flushAsked = true;
            loop.afterPass(passEnd);
        }
        if (unflushedBytes >= FLUSH_BYTES) {
            flush(); // so much is better on its way while the pass goes on
        }
    }

    private void passEnd() {
        flushAsked = false;
        if (passBytes <= chunkSize / 4 && chunkSize > CHUNK_SIZE_MIN) {
            chunkSize /= 2;
        }
        passBytes = 0;
        flush();
    }

    private void flush() {
        ByteBuf rest = chunk;
        chunk = null;
        if (rest != null) {
            handOver(rest);
        }
        unflushedBytes = 0;
        channel.flush();
        if (writable && queuedBytes > QUEUE_HIGH_BYTES && !closed) {
            writable = false;
            loop.execute(() -> tellWritable(false));
        }
    }

    private void taken(int bytes) {
        queuedBytes -= bytes;
        if (!writable && queuedBytes < QUEUE_LOW_BYTES) {
            writable = true;
            if (!closed) {
                loop.execute(() -> tellWritable(true));
            }
        }
    }

    private void tellWritable(boolean now) {
        ConnHandler told = handler;
        if (!closed && told != null) {
            guarded(() -> told.onWritable(this, now));
        }
    }

    @Override
    public boolean writable() {
        return writable && !closed;
    }

    @Override
    public long queuedBytes() {
        return queuedBytes + (chunk == null ? 0 : chunk.readableBytes());
    }

    // ---- in

    @Override
    public void reading(boolean on) {
        checkLoop();
        reading = on;
        channel.config().setAutoRead(on && started);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            ConnHandler receiver = handler;
            while (!closed && receiver != null) {
                ByteBuf frame = splitter.next(in);
                if (frame == null) {
                    return;
                }
                receiver.onFrame(this, frame);
            }
        } catch (Throwable failure) { // the outermost place of this connection
            failed(failure);
        } finally {
            in.release();
        }
    }

    /** The peer was too slow with a frame while others needed the room. */
    private void evicted(long heldBytes) {
        abort(new TransportException(
                "the connection with %s was closed: it held %d bytes of a frame that did not come whole"
                        .formatted(peer, heldBytes),
                null));
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (Throwable failure) { // the outermost place of this connection
            failed(failure);
        }
    }

    /** A refusal closes this connection only; a bug is logged too; a broken invariant ends the loop. */
    private void failed(Throwable failure) {
        if (failure instanceof BrokenInvariantException || failure instanceof Error) {
            loop.fail(failure);
        } else if (!(failure instanceof DaybookException)) {
            LOG.error("The connection with {} is closed because of a failure that nothing handled", peer, failure);
        }
        abort(failure);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        abort(failure);
    }

    // ---- end

    @Override
    public void close() {
        if (loop.inLoop()) {
            closeNow();
            return;
        }
        try {
            loop.execute(this::closeNow);
        } catch (RejectedExecutionException loopIsGone) {
            channel.close(); // and with the loop all its connections
        }
    }

    /** What was sent goes as far as the operating system takes it at once. */
    private void closeNow() {
        if (!closed) {
            flush();
            closed = true;
            channel.close();
        }
    }

    private void abort(Throwable why) {
        if (!closed) {
            closed = true;
            cause = why;
            channel.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed = true;
        splitter.close();
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
        tellClosed();
    }

    private void tellClosed() {
        ConnHandler told = handler;
        if (started && !closedTold && told != null) {
            closedTold = true;
            guarded(() -> told.onClosed(this, cause));
        }
    }

    private void checkLoop() {
        Check.state(loop.inLoop(), "the connection with %s was used from elsewhere than %s", peer, loop);
    }

    @Override
    public String toString() {
        return "connection with " + peer;
    }
}
