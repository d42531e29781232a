package io.daybook.sim;

import io.daybook.base.error.Check;
import io.daybook.base.error.DaybookException;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.base.seam.TransportException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** One end of a simulated connection. Owns the frames that have arrived and were not yet given to the handler. */
final class SimConn implements Conn {
    private final SimWorld world;
    private final SimTransport transport;
    private final SimLoop loop;
    private final HostPort peer;
    private final ArrayDeque<SimPipe.Segment> inbox = new ArrayDeque<>();
    private SimConn other;
    private SimPipe out;
    private @Nullable ConnHandler handler;
    private boolean reading = true;
    private boolean delivering;
    private boolean closed;
    private boolean closedTold;

    SimConn(SimWorld world, SimTransport transport, SimLoop loop, HostPort peer) {
        this.world = world;
        this.transport = transport;
        this.loop = loop;
        this.peer = peer;
    }

    void join(SimConn other, SimLink link) {
        this.other = other;
        this.out = new SimPipe(world, link, this, other);
    }

    /** The accepting side asks for its handler. */
    void accept(Transport.Acceptor acceptor) {
        loop.tell(() -> {
            if (!closed) {
                start(acceptor.accept(this));
            }
        });
    }

    /** From now on frames go to {@code handler}. */
    void start(ConnHandler handler) {
        this.handler = handler;
        if (closed) {
            tellClosed(null);
        } else {
            deliverSoon();
        }
    }

    @Override
    public SimLoop loop() {
        return loop;
    }

    @Override
    public HostPort peer() {
        return peer;
    }

    @Override
    public void send(ByteBuf frame) {
        Check.state(loop.inLoop(), "a frame was sent from elsewhere than %s", loop);
        if (!closed && transport.life().alive()) {
            ByteBuf copy = world.allocator().heapBuffer(Math.max(1, frame.readableBytes()));
            copy.writeBytes(frame); // what the sender does with shared bytes later is not seen by the peer
            out.send(copy);
        }
        frame.release();
    }

    @Override
    public void send(ByteBuf head, ByteBuf body) {
        Check.state(loop.inLoop(), "a frame was sent from elsewhere than %s", loop);
        if (!closed && transport.life().alive()) {
            ByteBuf copy = world.allocator().heapBuffer(Math.max(1, head.readableBytes() + body.readableBytes()));
            copy.writeBytes(head, head.readerIndex(), head.readableBytes());
            copy.writeBytes(body, body.readerIndex(), body.readableBytes());
            out.send(copy);
        }
        head.release();
        body.release();
    }

    @Override
    public boolean writable() {
        return !closed && out.writable();
    }

    @Override
    public long queuedBytes() {
        return out.queuedBytes();
    }

    @Override
    public void reading(boolean on) {
        reading = on;
        if (on) {
            deliverSoon();
        }
    }

    @Override
    public void close() {
        if (!closed && transport.life().alive()) {
            out.sendEnd();
            finish(null);
        }
    }

    @Override
    public String toString() {
        return transport.node() + " to " + peer;
    }

    // ---- for the network

    SimNode node() {
        return transport.node();
    }

    SimNode peerNode() {
        return other.node();
    }

    SimTransport transport() {
        return transport;
    }

    boolean isClosed() {
        return closed;
    }

    void arrived(SimPipe.Segment segment) {
        inbox.add(segment);
        deliverSoon();
    }

    void tellWritable(boolean writable) {
        loop.tell(() -> {
            if (!closed && handler != null) {
                call(() -> handler.onWritable(this, writable));
            }
        });
    }

    /** The connection is lost for this side. */
    void broken(String sentence) {
        if (!closed) {
            out.drop();
            finish(new IOException(sentence + ": " + this));
        }
    }

    /** A frame came for an end that is closed. */
    void answerReset() {
        if (!node().poweredOff()) {
            out.sendReset();
        }
    }

    /** The process of this end is gone, or the connection was never used. */
    void died(boolean poweredOff) {
        if (!closed) {
            closed = true;
            releaseInbox();
            if (poweredOff) {
                out.drop();
            } else if (world.chaos().flip()) {
                out.endUnsent(); // the system delivers what the process had already handed to it
            } else {
                out.drop();
                out.sendReset();
            }
        }
    }

    // ---- on the loop

    private void deliverSoon() {
        if (!delivering && reading && !closed && handler != null && !inbox.isEmpty()) {
            delivering = true;
            loop.tell(this::deliver);
        }
    }

    private void deliver() {
        delivering = false;
        int frames = 1 + world.schedule().below(8); // what one read of a socket may bring
        while (frames-- > 0 && reading && !closed && !inbox.isEmpty()) {
            ByteBuf frame = inbox.poll().frame();
            if (frame == null) {
                out.drop();
                finish(null);
            } else {
                onFrame(frame);
            }
        }
        deliverSoon();
    }

    private void onFrame(ByteBuf frame) {
        int size = frame.readableBytes();
        other.out.taken(size);
        if (size == 0 || size + 4 > transport.frameSizeMax()) {
            frame.release();
            abort(new TransportException(
                    "%s announced a frame of %d bytes; from 1 to %d are allowed"
                            .formatted(peer, size, transport.frameSizeMax() - 4),
                    null));
            return;
        }
        call(() -> handler.onFrame(this, frame));
    }

    /** A failure that a handler lets out closes the connection; a bug ends the run. */
    private void call(Runnable step) {
        try {
            step.run();
        } catch (DaybookException refused) {
            abort(refused);
        }
    }

    private void abort(Throwable cause) {
        if (!closed) {
            out.drop();
            out.sendReset();
            finish(cause);
        }
    }

    private void finish(@Nullable Throwable cause) {
        closed = true;
        releaseInbox();
        loop.tell(() -> tellClosed(cause));
    }

    private void tellClosed(@Nullable Throwable cause) {
        if (handler != null && !closedTold) {
            closedTold = true;
            handler.onClosed(this, cause);
        }
    }

    private void releaseInbox() {
        for (SimPipe.Segment segment : inbox) {
            if (segment.frame() != null) {
                segment.frame().release();
            }
        }
        inbox.clear();
    }
}
