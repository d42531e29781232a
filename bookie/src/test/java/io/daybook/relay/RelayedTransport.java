package io.daybook.relay;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import java.time.Duration;
import java.util.Map;

/**
 * A transport that goes to a relay where it is asked for a bookie.
 *
 * @param transport carries the frames; closed by its owner
 * @param detours relays by the addresses of their bookies
 */
public record RelayedTransport(Transport transport, Map<HostPort, HostPort> detours) implements Transport {

    @Override
    public Promise<Listener> listen(HostPort at, Acceptor acceptor, Loop loop) {
        return transport.listen(at, acceptor, loop);
    }

    @Override
    public Promise<Conn> connect(HostPort to, Loop loop, ConnHandler handler, Duration timeout) {
        return transport.connect(detours.getOrDefault(to, to), loop, handler, timeout);
    }

    @Override
    public void close() {}
}
