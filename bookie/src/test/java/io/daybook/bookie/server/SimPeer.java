package io.daybook.bookie.server;

import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.WireV3;
import io.daybook.sim.SimLoop;
import io.daybook.sim.SimNode;
import io.daybook.sim.SimWorld;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client of a bookie in a simulated world: sends requests as they are and keeps what comes back. */
final class SimPeer implements ConnHandler {
    private final SimWorld world;
    private final SimNode node;
    private final List<Response> answers = new ArrayList<>();

    private SimLoop loop;

    @Nullable
    private Conn conn;

    private boolean closed;

    SimPeer(SimWorld world, SimNode node) {
        this.world = world;
        this.node = node;
        this.loop = node.loop("peer");
    }

    void connect(HostPort to) {
        release();
        closed = false;
        conn = world.await(loop.call(() -> node.transport().connect(to, loop, this, Duration.ofSeconds(5))));
    }

    void send(Request request) {
        loop.enter(() -> conn.send(WireV3.encode(request, ByteBufAllocator.DEFAULT)));
    }

    void sendRaw(ByteBuf frame) {
        loop.enter(() -> conn.send(frame));
    }

    void reading(boolean on) {
        loop.enter(() -> conn.reading(on));
    }

    void disconnect() {
        release();
        loop.enter(conn::close);
    }

    /** Runs the world until {@code n} answers are here. */
    void await(int n) {
        boolean came = world.runUntil(() -> answers.size() >= n, Duration.ofSeconds(30));
        if (!came) {
            throw new AssertionError("only %d of %d answers came".formatted(answers.size(), n));
        }
    }

    List<Response> answers() {
        return answers;
    }

    boolean closed() {
        world.runFor(Duration.ofMillis(100));
        return closed;
    }

    void release() {
        answers.forEach(Response::release);
        answers.clear();
    }

    @Override
    public void onFrame(Conn from, ByteBuf frame) {
        answers.add(WireV3.decodeResponse(frame));
    }

    @Override
    public void onWritable(Conn from, boolean writable) {}

    @Override
    public void onClosed(Conn from, @Nullable Throwable cause) {
        closed = true;
    }
}
