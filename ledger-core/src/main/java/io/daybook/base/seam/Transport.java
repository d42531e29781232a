package io.daybook.base.seam;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import java.time.Duration;

/**
 * Carries frames between processes: messages of a 4-byte big-endian length and that many bytes, in order, per connection.
 *
 * <p>The frame limit is set where the transport is made; it bounds the whole frame including its length. A frame that
 * announces more, or a negative or zero length, closes the connection as soon as the length has been read.
 */
public interface Transport extends AutoCloseable {

    /**
     * Starts to accept connections at {@code at}. Each accepted connection belongs to one of the transport's loops, where
     * {@code acceptor} is asked for its handler. Completes on {@code loop}; fails with a TransportException when the address
     * cannot be bound.
     */
    Promise<Listener> listen(HostPort at, Acceptor acceptor, Loop loop);

    /**
     * Opens a connection that belongs to {@code loop}: its handler is called there only, and the promise completes there.
     * Fails with a TransportException when there is no connection after {@code timeout}.
     */
    Promise<Conn> connect(HostPort to, Loop loop, ConnHandler handler, Duration timeout);

    /** Closes all listeners and connections; returns when none is left. */
    @Override
    void close();

    /** Names the handler of a new connection. */
    interface Acceptor {

        /** Called on the connection's loop before any of its frames. */
        ConnHandler accept(Conn conn);
    }

    /** An open listening address. */
    interface Listener {

        /** The address with the port that was really bound. */
        HostPort address();

        /** Stops accepting; connections that exist stay. Safe from any thread. */
        void close();
    }
}
