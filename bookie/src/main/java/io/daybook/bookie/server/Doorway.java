package io.daybook.bookie.server;

import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.Transport;
import io.netty.buffer.ByteBuf;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The bookie's listening address before and after it serves: the port is taken first of all, so that a second bookie on it is refused
 * before it touches a directory, and until the bookie is ready connections are closed at once. Safe from any loop.
 */
final class Doorway implements Transport.Acceptor {
    private final Set<Conn> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable RequestDispatcher inside; // null: closed

    /** Lets connections in from now on. */
    void open(RequestDispatcher dispatcher) {
        inside = dispatcher;
    }

    /** Closes every connection, and each that comes. */
    void close() {
        inside = null;
        open.forEach(Conn::close);
    }

    @Override
    public ConnHandler accept(Conn conn) {
        open.add(conn);
        RequestDispatcher dispatcher = inside;
        if (dispatcher == null) {
            conn.close();
            return new Tracked(new Turned());
        }
        return new Tracked(dispatcher.accept(conn));
    }

    /** Forgets the connection at its end. */
    private final class Tracked implements ConnHandler {
        private final ConnHandler handler;

        Tracked(ConnHandler handler) {
            this.handler = handler;
        }

        @Override
        public void onFrame(Conn conn, ByteBuf frame) {
            handler.onFrame(conn, frame);
        }

        @Override
        public void onWritable(Conn conn, boolean writable) {
            handler.onWritable(conn, writable);
        }

        @Override
        public void onClosed(Conn conn, @Nullable Throwable cause) {
            open.remove(conn);
            handler.onClosed(conn, cause);
        }
    }

    /** Of a connection that was not let in. */
    private static final class Turned implements ConnHandler {
        @Override
        public void onFrame(Conn conn, ByteBuf frame) {
            frame.release();
        }

        @Override
        public void onWritable(Conn conn, boolean writable) {}

        @Override
        public void onClosed(Conn conn, @Nullable Throwable cause) {}
    }
}
