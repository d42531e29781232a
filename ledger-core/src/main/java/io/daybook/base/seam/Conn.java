package io.daybook.base.seam;

import io.daybook.base.exec.Loop;
import io.netty.buffer.ByteBuf;

/** One connection. All methods are for its loop only, but {@link #close()}, {@link #loop()} and {@link #peer()}. */
public interface Conn {

    /** The loop that owns this connection. */
    Loop loop();

    /** The other side's address. */
    HostPort peer();

    /**
     * Sends one frame of these bytes; the length is put before it. Takes {@code frame} over. Output is flushed at the end of
     * the loop's pass. After the connection has closed the buffer is released and nothing happens.
     */
    void send(ByteBuf frame);

    /**
     * Sends one frame of two parts, {@code head} then {@code body}; takes both over. Spares the caller from joining a header of its own
     * with bytes it shares with other connections.
     */
    void send(ByteBuf head, ByteBuf body);

    /** False while more is queued for the peer than it takes off; see {@link ConnHandler#onWritable}. */
    boolean writable();

    /** Bytes handed to {@link #send} that the operating system has not taken yet. */
    long queuedBytes();

    /** Stops or resumes reading from the peer: back-pressure towards it. Frames already read may still be delivered. */
    void reading(boolean on);

    /** Closes; {@link ConnHandler#onClosed} follows on the loop. Safe from any thread; closing twice is harmless. */
    void close();
}
