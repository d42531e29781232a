package io.daybook.sim;

import io.daybook.base.exec.Loops;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;

/** A bound address; gives each new connection a loop. */
final class SimListener implements Transport.Listener {
    private final SimNode node;
    private final SimTransport transport;
    private final Transport.Acceptor acceptor;
    private final Loops loops;
    private HostPort address;
    private long accepted;

    SimListener(SimNode node, SimTransport transport, HostPort at, Transport.Acceptor acceptor, Loops loops) {
        this.node = node;
        this.transport = transport;
        this.address = at;
        this.acceptor = acceptor;
        this.loops = loops;
    }

    void bound(HostPort at) {
        address = at;
    }

    @Override
    public HostPort address() {
        return address;
    }

    @Override
    public void close() {
        node.world().network().unbind(node, address.port(), this);
    }

    SimTransport transport() {
        return transport;
    }

    Transport.Acceptor acceptor() {
        return acceptor;
    }

    /** The loop of the next connection, in turn. */
    SimLoop nextLoop() {
        int turn = (int) (accepted++ % loops.all().size());
        return (SimLoop) loops.all().get(turn);
    }
}
