package io.daybook.bookie.embedded;

import io.daybook.base.seam.HostPort;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A client of bare bytes: sends what it is given, and tells what comes back. */
final class RawPeer implements AutoCloseable {
    /** What a wait for an answer came to. */
    record Answer(Outcome outcome, byte @Nullable [] frame) {}

    enum Outcome {
        FRAME,
        CLOSED,
        NOTHING
    }

    private final Socket socket;
    private final DataInputStream in;

    RawPeer(HostPort to) throws IOException {
        socket = new Socket(to.host(), to.port());
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Sends bytes as they are; false if the other side has closed. */
    boolean send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    /** Waits for a frame, which comes with its length. */
    Answer receive(Duration atMost) throws IOException {
        socket.setSoTimeout((int) atMost.toMillis());
        try {
            int length = in.readInt();
            byte[] frame = new byte[length];
            in.readFully(frame);
            return new Answer(Outcome.FRAME, frame);
        } catch (SocketTimeoutException late) {
            return new Answer(Outcome.NOTHING, null);
        } catch (EOFException | SocketException closed) {
            return new Answer(Outcome.CLOSED, null);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
