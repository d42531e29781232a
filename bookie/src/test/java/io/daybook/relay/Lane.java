package io.daybook.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One direction of one connection. Belongs to the relay's loop.
 *
 * <p>It does not read on while more than {@link #INSIDE_MAX} bytes wait for the other side, or while the relay's rules hold too much.
 * When its sender has closed, what is on the way still arrives; then it closes the receiver.
 */
final class Lane extends ChannelInboundHandlerAdapter {
    private static final int INSIDE_MAX = 256 << 10;
    private static final int LENGTH_SIZE = 4;
    private static final int FRAME_MAX = 64 << 20;
    private static final long GLUE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long CUT_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final BookieRelay relay;
    private final Crossing crossing;
    private final Direction direction;
    private final Channel from;
    private @Nullable Channel to;

    private @Nullable ByteBuf begun; // what was read and is not a whole frame yet
    private boolean raw; // no frames any more: bytes pass as they come
    private final ArrayDeque<Chunk> line = new ArrayDeque<>(); // by due time
    private final Set<Delayed> delayed = new LinkedHashSet<>();
    private long lastDueNanos;
    private boolean drainAsked;
    private boolean flushAsked;
    private long inside; // bytes that passed the rules and were not taken by the socket
    private long held; // bytes kept by rules and delays
    private boolean stalled;
    private boolean ended; // the sender closed
    private boolean broken; // the receiver is gone

    private record Chunk(long dueNanos, ByteBuf bytes, boolean alone) {}

    /** A frame that waits for its time. */
    private static final class Delayed {
        private final ByteBuf frame;

        Delayed(ByteBuf frame) {
            this.frame = frame;
        }
    }

    Lane(BookieRelay relay, Crossing crossing, Direction direction, Channel from) {
        this.relay = relay;
        this.crossing = crossing;
        this.direction = direction;
        this.from = from;
        this.lastDueNanos = relay.nanos();
    }

    void open(Channel receiver) {
        to = receiver;
        from.read();
    }

    // ---- in

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf read = (ByteBuf) message;
        if (silent() || broken) {
            read.release();
            return;
        }
        if (begun == null) {
            begun = read;
        } else {
            ByteBuf joined = relay.allocator().buffer(begun.readableBytes() + read.readableBytes());
            joined.writeBytes(begun).writeBytes(read);
            begun.release();
            read.release();
            begun = joined;
        }
        ByteBuf frame = next();
        while (frame != null) {
            onFrame(frame);
            frame = next();
        }
    }

    /** The next whole frame, with its length. */
    private @Nullable ByteBuf next() {
        ByteBuf in = begun;
        if (in == null) {
            return null;
        }
        int readable = in.readableBytes();
        int size = readable;
        if (!raw && readable >= LENGTH_SIZE) {
            int length = in.getInt(in.readerIndex());
            raw = length <= 0 || length > FRAME_MAX;
            size = raw ? readable : LENGTH_SIZE + length;
        } else if (!raw) {
            size = LENGTH_SIZE;
        }
        if (readable < size || readable == 0) {
            if (readable == 0) {
                in.release();
                begun = null;
            }
            return null;
        }
        return in.readRetainedSlice(size);
    }

    private void onFrame(ByteBuf frame) {
        if (raw) {
            pass(frame);
            return;
        }
        Passing passing = crossing.reader().read(direction, frame);
        if (!relay.decide(this, passing, frame)) {
            pass(frame);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        readOn();
    }

    private void readOn() {
        stalled = inside > INSIDE_MAX || relay.heldTooMuch();
        if (!stalled) {
            from.read();
        }
    }

    /** Reads on if there is room again. */
    void wake() {
        if (stalled) {
            readOn();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended = true;
        crossing.gone(direction);
        maybeEnd();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close(); // a reset by the peer: it is passed on as a close
    }

    private boolean silent() {
        return crossing.frozen() || relay.silent(direction);
    }

    // ---- out

    /** Sends {@code frame} on, at the pace and in the portions of this direction. Takes it over. */
    void pass(ByteBuf frame) {
        Channel receiver = to;
        if (broken || receiver == null) {
            frame.release();
            return;
        }
        inside += frame.readableBytes();
        Cutting cutting = relay.cutting(direction);
        long due = Math.max(lastDueNanos, relay.due(direction, frame.readableBytes()));
        if (cutting instanceof Cutting.None
                && line.isEmpty()
                && relay.pace(direction).free()) {
            write(receiver, frame);
            flushSoon(receiver);
        } else if (cutting instanceof Cutting.Bytes) {
            int size = frame.readableBytes();
            for (int i = 0; i < size; i++) {
                queue(due, frame.readRetainedSlice(1), true);
            }
            frame.release();
        } else if (cutting instanceof Cutting.At at && at.at() < frame.readableBytes()) {
            queue(due, frame.readRetainedSlice(at.at()), true);
            queue(due + CUT_NANOS, frame, true);
        } else if (cutting instanceof Cutting.Glued) {
            queue((due / GLUE_NANOS + 1) * GLUE_NANOS, frame, false);
        } else {
            queue(due, frame, true);
        }
    }

    private void queue(long dueNanos, ByteBuf bytes, boolean alone) {
        line.add(new Chunk(dueNanos, bytes, alone));
        lastDueNanos = dueNanos;
        drainLater();
    }

    private void drainLater() {
        Chunk first = line.peek();
        if (first != null && !drainAsked) {
            drainAsked = true;
            long delay = Math.max(0, first.dueNanos - relay.nanos());
            relay.schedule(delay, this::drain);
        }
    }

    /** The pace has changed: what waits at the old one goes now. */
    void hurry() {
        List<Chunk> waiting = List.copyOf(line);
        line.clear();
        lastDueNanos = relay.nanos();
        waiting.forEach(chunk -> line.add(new Chunk(lastDueNanos, chunk.bytes, chunk.alone)));
        drain();
    }

    private void drain() {
        drainAsked = false;
        Channel receiver = to;
        if (broken || receiver == null) {
            return;
        }
        long now = relay.nanos();
        ByteBuf glued = null;
        for (Chunk chunk = line.peek(); chunk != null && chunk.dueNanos - now <= 0; chunk = line.peek()) {
            line.remove();
            if (chunk.alone) {
                write(receiver, chunk.bytes);
                receiver.flush(); // now: its own system call
            } else {
                glued = glued == null ? relay.allocator().buffer() : glued;
                glued.writeBytes(chunk.bytes);
                chunk.bytes.release();
            }
        }
        if (glued != null) {
            write(receiver, glued);
            receiver.flush();
        }
        drainLater();
    }

    private void write(Channel receiver, ByteBuf bytes) {
        int size = bytes.readableBytes();
        receiver.write(bytes).addListener((ChannelFuture written) -> {
            inside -= size;
            wake();
            maybeEnd();
        });
    }

    private void flushSoon(Channel receiver) {
        if (!flushAsked) {
            flushAsked = true;
            relay.soon(() -> {
                flushAsked = false;
                receiver.flush();
            });
        }
    }

    /** Sends the first {@code bytes} of {@code frame}, then closes the connection. Takes the frame over. */
    void passPart(ByteBuf frame, int bytes) {
        Channel receiver = to;
        if (broken || receiver == null) {
            frame.release();
            return;
        }
        receiver.writeAndFlush(frame.readRetainedSlice(Math.min(bytes, frame.readableBytes())))
                .addListener(written -> crossing.close());
        frame.release();
    }

    /** Sends {@code frame} after {@code delayNanos}; others may overtake it. Takes it over. */
    void passLater(ByteBuf frame, long delayNanos) {
        Delayed waiting = new Delayed(frame);
        delayed.add(waiting);
        holds(frame.readableBytes());
        relay.schedule(delayNanos, () -> {
            if (delayed.remove(waiting)) {
                int bytes = frame.readableBytes();
                pass(frame);
                holds(-bytes);
            }
        });
    }

    /** A rule keeps {@code bytes} more of this lane's frames, or less. */
    void holds(int bytes) {
        held += bytes;
        relay.holds(bytes);
        maybeEnd();
    }

    void reset() {
        crossing.reset();
    }

    // ---- the end

    /** Closes the receiver if the sender is gone and nothing is on the way. */
    void maybeEnd() {
        Channel receiver = to;
        if (ended && !broken && inside == 0 && held == 0 && receiver != null && !silent()) {
            receiver.close();
        }
    }

    /** The receiver is gone. */
    void receiverGone() {
        broken = true;
        release();
        if (!ended) {
            from.read(); // so that the sender's end is noticed; what it sends is dropped
        }
    }

    void release() {
        line.forEach(chunk -> chunk.bytes.release());
        line.clear();
        for (Delayed waiting : delayed) {
            int bytes = waiting.frame.readableBytes();
            waiting.frame.release();
            held -= bytes;
            relay.holds(-bytes);
        }
        delayed.clear();
        if (begun != null) {
            begun.release();
            begun = null;
        }
    }
}
