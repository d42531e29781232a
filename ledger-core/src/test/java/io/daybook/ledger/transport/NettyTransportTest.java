package io.daybook.ledger.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.config.DataSize;
import io.daybook.base.exec.Awaiting;
import io.daybook.base.exec.Loop;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.base.seam.TransportContract;
import io.daybook.base.seam.TransportException;
import io.daybook.base.time.SystemClock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class NettyTransportTest extends TransportContract {
    private static final int FRAME_SIZE_MAX = 2 << 20;

    private final NettyLoops loops = NettyLoops.start("test", 2, SystemClock.INSTANCE);
    private final NettyTransport server = NettyTransport.open(loops, DataSize.bytes(FRAME_SIZE_MAX));
    private final NettyTransport client = NettyTransport.open(loops, DataSize.bytes(FRAME_SIZE_MAX));

    @AfterEach
    void close() {
        client.close();
        server.close();
        loops.close();
    }

    @Override
    protected Transport server() {
        return server;
    }

    @Override
    protected Transport client() {
        return client;
    }

    @Override
    protected Loop serverLoop() {
        return loops.loops().all().get(0);
    }

    @Override
    protected Loop clientLoop() {
        return loops.loops().all().get(1);
    }

    @Override
    protected <T> T await(CompletionStage<T> stage) {
        return Awaiting.real(stage);
    }

    @Override
    protected int frameSizeMax() {
        return FRAME_SIZE_MAX;
    }

    @Override
    protected HostPort anyAddress() {
        return new HostPort("127.0.0.1", 0);
    }

    @Test
    void findsHostsByName() {
        Transport.Listener listener = await(server.listen(anyAddress(), conn -> new Quiet(), serverLoop()));
        var quiet = new Quiet();

        Conn conn = await(client.connect(
                new HostPort("localhost", listener.address().port()), clientLoop(), quiet, Duration.ofSeconds(10)));

        conn.close();
        assertThat(await(quiet.closed)).isNull();
    }

    @Test
    void saysThatThereIsNoHostOfThatName() {
        assertThatThrownBy(() -> await(client.connect(
                        new HostPort("no such host.invalid", 1), clientLoop(), new Quiet(), Duration.ofSeconds(10))))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("no such host.invalid:1");
    }

    @Test
    void givesUpConnectingInTime() {
        // An address of documentation: nobody answers there, or the system says at once that there is no way to it.
        assertThatThrownBy(() -> await(
                        client.connect(new HostPort("192.0.2.1", 9), clientLoop(), new Quiet(), Duration.ofMillis(50))))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("192.0.2.1:9");
    }

    @Test
    void readsFramesThatComeInPieces() throws Exception {
        var receiver = new Quiet();
        Transport.Listener listener = await(server.listen(anyAddress(), conn -> receiver, serverLoop()));
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), listener.address().port())) {
            socket.setTcpNoDelay(true);
            byte[] bytes = ByteBuffer.allocate(4 + 5 + 4 + 1)
                    .putInt(5)
                    .put(new byte[5])
                    .putInt(1)
                    .put((byte) 7)
                    .array();
            for (byte b : bytes) {
                socket.getOutputStream().write(b);
                socket.getOutputStream().flush();
            }
            socket.shutdownOutput();

            await(receiver.closed);
        }
        assertThat(receiver.sizes).containsExactly(5, 1);
    }

    @Test
    void anAnnouncedFrameCostsNothingAndALengthThatIsNotAllowedCloses() throws Exception {
        for (int length : new int[] {Integer.MAX_VALUE, FRAME_SIZE_MAX - 3, 0, -1, Integer.MIN_VALUE}) {
            var receiver = new Quiet();
            Transport.Listener listener = await(server.listen(anyAddress(), conn -> receiver, serverLoop()));
            try (Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(), listener.address().port())) {
                socket.getOutputStream()
                        .write(ByteBuffer.allocate(4).putInt(length).array());
                InputStream in = socket.getInputStream();

                assertThat(in.read()).isEqualTo(-1);
            }
            assertThat(await(receiver.closed)).hasMessageContaining("announced a frame of " + length);
            listener.close();
        }
    }

    @Test
    void framesOfAllSizesArriveWholeAndInOrder() {
        int[] sizes = {1, 100, 8 << 10, (8 << 10) + 1, 40_000, 500, 3, 1_000_000, 9_000, 9_000, 12};
        var receiver = new Quiet();
        Transport.Listener listener = await(server.listen(anyAddress(), conn -> receiver, serverLoop()));
        var quiet = new Quiet();
        Conn conn = await(client.connect(listener.address(), clientLoop(), quiet, Duration.ofSeconds(10)));

        clientLoop().execute(() -> {
            for (int round = 0; round < 20; round++) {
                for (int size : sizes) {
                    byte[] bytes = new byte[size];
                    for (int i = 0; i < size; i++) {
                        bytes[i] = (byte) (size + i);
                    }
                    ByteBuf frame = Unpooled.wrappedBuffer(bytes);
                    if (size > 2 && round % 2 == 0) {
                        conn.send(frame.readRetainedSlice(2), frame);
                    } else {
                        conn.send(frame);
                    }
                }
            }
        });

        await(receiver.received(20 * sizes.length));
        assertThat(receiver.wrong).isZero();
        for (int i = 0; i < receiver.sizes.size(); i++) {
            assertThat(receiver.sizes.get(i)).isEqualTo(sizes[i % sizes.length]);
        }
        conn.close();
        await(quiet.closed);
    }

    /** Counts what it gets; checks that frames are what {@link #framesOfAllSizesArriveWholeAndInOrder} sends. */
    private static final class Quiet implements ConnHandler {
        final CompletableFuture<@Nullable Throwable> closed = new CompletableFuture<>();
        final List<Integer> sizes = new ArrayList<>();
        final CompletableFuture<Void> enough = new CompletableFuture<>();
        int wrong;
        volatile int wanted = Integer.MAX_VALUE;

        CompletableFuture<Void> received(int frames) {
            synchronized (this) {
                wanted = frames;
                if (sizes.size() >= frames) {
                    enough.complete(null);
                }
            }
            return enough;
        }

        @Override
        public void onFrame(Conn conn, ByteBuf frame) {
            synchronized (this) {
                int size = frame.readableBytes();
                sizes.add(size);
                byte[] bytes = ByteBufUtil.getBytes(frame);
                for (int i = 0; i < size; i++) {
                    wrong += bytes[i] == (byte) (size + i) ? 0 : 1;
                }
                frame.release();
                if (sizes.size() >= wanted) {
                    enough.complete(null);
                }
            }
        }

        @Override
        public void onWritable(Conn conn, boolean writable) {}

        @Override
        public void onClosed(Conn conn, @Nullable Throwable cause) {
            closed.complete(cause);
        }
    }
}
