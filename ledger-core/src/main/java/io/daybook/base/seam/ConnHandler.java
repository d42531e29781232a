package io.daybook.base.seam;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What happens on a connection, told on its loop. An exception that leaves a method closes the connection. */
public interface ConnHandler {

    /** One whole frame without its length; the handler takes {@code frame} over. */
    void onFrame(Conn conn, ByteBuf frame);

    /** {@link Conn#writable()} changed to {@code writable}. */
    void onWritable(Conn conn, boolean writable);

    /** The last call: the connection is gone; {@code cause} is null when it was closed in an orderly way by either side. */
    void onClosed(Conn conn, @Nullable Throwable cause);
}
