package io.daybook.ledger.transport;

import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.ledger.protocol.Frames;
import io.daybook.ledger.protocol.Request;
import io.daybook.ledger.protocol.RequestDecoder;
import io.daybook.ledger.protocol.Response;
import io.daybook.ledger.protocol.Status;
import io.daybook.sim.SimNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A bookie that answers as a test tells it to. */
final class ScriptedBookie {
    final List<Request> requests = new ArrayList<>();
    final List<Conn> connections = new ArrayList<>();
    int closings;
    private final HostPort address;
    private final SimNode node;
    private @Nullable BiConsumer<Conn, Request> script =
            (conn, request) -> send(conn, Response.refusing(request, Status.OK));

    ScriptedBookie(SimNode node) {
        this.node = node;
        this.address = new HostPort(node.name(), 3181);
        listen();
    }

    void listen() {
        node.transport().listen(address, this::accept, node.loop("loop-0"));
    }

    /** What to do with each request; null to say nothing. */
    void script(@Nullable BiConsumer<Conn, Request> script) {
        this.script = script;
    }

    static void send(Conn conn, Response response) {
        Frames.send(conn, response, PooledByteBufAllocator.DEFAULT);
    }

    HostPort address() {
        return address;
    }

    private ConnHandler accept(Conn accepted) {
        connections.add(accepted);
        var decoder = new RequestDecoder();
        return new ConnHandler() {
            @Override
            public void onFrame(Conn conn, ByteBuf frame) {
                Request request = decoder.decode(frame);
                requests.add(request);
                request.release();
                if (script != null) {
                    script.accept(conn, request);
                }
            }

            @Override
            public void onWritable(Conn conn, boolean writable) {}

            @Override
            public void onClosed(Conn conn, @Nullable Throwable cause) {
                closings++;
            }
        };
    }

    Transport transport() {
        return node.transport();
    }
}
