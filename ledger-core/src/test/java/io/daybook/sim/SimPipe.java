package io.daybook.sim;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** One direction of a connection: bytes queued at the sender, on the wire, and arrived but not read; in order throughout. */
final class SimPipe extends SimEvent {
    private static final int HIGH = 64 << 10; // above this much queued the sender is told to stop, below LOW to go on
    private static final int LOW = 32 << 10;

    private final SimWorld world;
    private final SimLink link;
    private final SimConn from;
    private final SimConn to;
    private final long windowBytes;
    private final ArrayDeque<ByteBuf> outbox = new ArrayDeque<>();
    private final ArrayDeque<Segment> flight = new ArrayDeque<>();
    private long queuedBytes;
    private long unreadBytes; // on the wire or arrived
    private long lastArrival;
    private boolean writable = true;
    private boolean flushAsked;
    private @Nullable SimEvent patience;

    /** What is on the wire: a frame, or the end. */
    record Segment(@Nullable ByteBuf frame, long at) {}

    SimPipe(SimWorld world, SimLink link, SimConn from, SimConn to) {
        this.world = world;
        this.link = link;
        this.from = from;
        this.to = to;
        this.windowBytes = world.isExploring() ? world.schedule().magnitude(4 << 10, 1 << 20) : 256 << 10;
    }

    long queuedBytes() {
        return queuedBytes;
    }

    boolean writable() {
        return writable;
    }

    /** Takes {@code frame} over; it leaves at the end of the sender's pass. */
    void send(ByteBuf frame) {
        outbox.add(frame);
        queuedBytes += frame.readableBytes();
        if (writable && queuedBytes > HIGH) {
            writable = false;
            from.tellWritable(false);
        }
        if (!flushAsked) {
            flushAsked = true;
            from.loop().afterPass(this::flush);
        }
    }

    /** Sends all that is queued, then the end, however small the window. */
    void sendEnd() {
        for (ByteBuf frame = outbox.poll(); frame != null; frame = outbox.poll()) {
            depart(frame);
        }
        queuedBytes = 0;
        depart(null);
    }

    /** What is on the wire still arrives, then the end; what was queued does not. */
    void endUnsent() {
        releaseOutbox();
        depart(null);
    }

    /** The receiver took {@code bytes} off. */
    void taken(int bytes) {
        unreadBytes -= bytes;
        if (!from.isClosed()) {
            pump();
        }
    }

    /** Nothing that has not arrived will. */
    void drop() {
        world.remove(this);
        if (patience != null) {
            world.remove(patience);
        }
        releaseOutbox();
        for (Segment segment : flight) {
            if (segment.frame != null) {
                segment.frame.release();
            }
        }
        flight.clear();
    }

    /** Tells the receiver that the sender knows nothing of this connection. */
    void sendReset() {
        if (blocked()) {
            link.whenUp(this::sendReset);
        } else {
            world.after(link.delay(), false, () -> {
                if (blocked()) {
                    link.whenUp(this::sendReset);
                } else {
                    to.broken("connection reset by peer");
                }
            });
        }
    }

    /** The first frame on the wire arrives. */
    @Override
    void fire() {
        if (blocked()) {
            stall();
            return;
        }
        Segment segment = flight.poll();
        ByteBuf frame = segment.frame;
        if (frame == null) {
            world.note(link.name(), "end", 0, 0);
        } else {
            world.note(link.name(), "frame", frame.readableBytes(), digest(frame));
        }
        if (!to.isClosed()) {
            to.arrived(segment);
        } else if (frame != null) {
            frame.release();
            to.answerReset();
        }
        Segment next = flight.peek();
        if (next != null) {
            world.add(this, Math.max(0, next.at - world.now()));
        }
    }

    private void releaseOutbox() {
        for (ByteBuf frame : outbox) {
            frame.release();
        }
        outbox.clear();
        queuedBytes = 0;
    }

    private void flush() {
        flushAsked = false;
        if (!from.isClosed()) {
            pump();
        }
    }

    private void pump() {
        while (!outbox.isEmpty()) {
            int size = outbox.peek().readableBytes();
            if (unreadBytes > 0 && unreadBytes + size > windowBytes) {
                break;
            }
            queuedBytes -= size;
            unreadBytes += size;
            depart(outbox.poll());
            if (world.strikes(SimFault.CONNECTION_BREAK, world.faults().connectionBreak)) {
                breakDown();
                return;
            }
        }
        if (!writable && queuedBytes < LOW) {
            writable = true;
            from.tellWritable(true);
        }
    }

    private void depart(@Nullable ByteBuf frame) {
        lastArrival = Math.max(lastArrival + 1, world.now() + link.delay());
        flight.add(new Segment(frame, lastArrival));
        if (flight.size() == 1) {
            world.add(this, lastArrival - world.now());
        }
    }

    private void breakDown() {
        world.note(link.name(), "break", 0, 0);
        boolean oneSided = world.strikes(SimFault.HALF_OPEN, world.faults().halfOpen);
        SimConn first = world.chaos().flip() ? from : to;
        first.broken("connection reset by the network");
        if (!oneSided) {
            (first == from ? to : from).broken("connection reset by the network");
        }
    }

    private boolean blocked() {
        return link.isCut() || to.node().poweredOff();
    }

    private void stall() {
        link.whenUp(this::resume);
        if (patience == null && !from.isClosed()) {
            patience = world.after(world.schedule().between(15_000_000_000L, 60_000_000_000L), true, () -> {
                if (!from.isClosed()) {
                    from.broken("connection timed out");
                }
            });
        }
    }

    private void resume() {
        if (patience != null) {
            world.remove(patience);
            patience = null;
        }
        if (!flight.isEmpty() && !waiting()) {
            world.add(this, link.delay());
        }
    }

    private static long digest(ByteBuf frame) {
        long digest = frame.readableBytes();
        int end = Math.min(frame.readableBytes(), 64) & ~7;
        for (int i = 0; i < end; i += 8) {
            digest = Long.rotateLeft((digest ^ frame.getLong(frame.readerIndex() + i)) * 0x9E3779B97F4A7C15L, 31);
        }
        return digest;
    }
}
