package io.daybook.base.seam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.daybook.base.exec.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every {@link Transport} does. Frames are released by whoever ends up with them; leaks are for the leak detector. */
public abstract class TransportContract {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** The transport that listens, with a frame limit of {@link #frameSizeMax()}. */
    protected abstract Transport server();

    /** The transport that connects, with a frame limit of {@link #frameSizeMax()}. */
    protected abstract Transport client();

    /** A loop of the listening side. */
    protected abstract Loop serverLoop();

    /** A loop of the connecting side. */
    protected abstract Loop clientLoop();

    /** Lets the world go on until {@code stage} has completed; returns its value or throws its failure, unwrapped. */
    protected abstract <T> T await(CompletionStage<T> stage);

    /** The largest frame with its length, in bytes; at least 1 MiB, so that back-pressure can be felt below it. */
    protected abstract int frameSizeMax();

    /** Where to listen: any free port. */
    protected abstract HostPort anyAddress();

    /** How the client reaches a listener that was bound to {@code bound}. */
    protected HostPort reach(HostPort bound) {
        return bound;
    }

    @Test
    void carriesFramesInBothDirectionsInOrder() {
        Peer echo = new Peer(true);
        Peer caller = new Peer(false);
        Conn conn = connect(listen(echo), caller);

        onClient(() -> {
            for (int i = 0; i < 200; i++) {
                conn.send(text("frame " + i));
            }
        });
        await(caller.received(200));

        assertThat(caller.frames).hasSize(200).startsWith("frame 0", "frame 1").endsWith("frame 198", "frame 199");
        close(conn, caller, echo);
    }

    @Test
    void joinsHeadAndBodyIntoOneFrame() {
        Peer echo = new Peer(true);
        Peer caller = new Peer(false);
        Conn conn = connect(listen(echo), caller);
        ByteBuf shared = text("body");

        onClient(() -> {
            conn.send(text("head "), shared.retainedDuplicate());
            conn.send(text("more "), shared.retainedDuplicate());
        });
        await(caller.received(2));

        assertThat(caller.frames).containsExactly("head body", "more body");
        assertThat(shared.refCnt()).isOne();
        shared.release();
        close(conn, caller, echo);
    }

    @Test
    void callsTheHandlerOnTheConnectionsLoop() {
        Peer echo = new Peer(true);
        Peer caller = new Peer(false);
        Conn conn = connect(listen(echo), caller);

        onClient(() -> conn.send(text("where am I")));
        await(caller.received(1));

        assertThat(conn.loop()).isSameAs(clientLoop());
        assertThat(caller.alwaysOnItsLoop).isTrue();
        assertThat(echo.alwaysOnItsLoop).isTrue();
        close(conn, caller, echo);
    }

    @Test
    void carriesTheLargestFrame() {
        Peer echo = new Peer(true);
        Peer caller = new Peer(false);
        Conn conn = connect(listen(echo), caller);
        int largest = frameSizeMax() - 4;

        onClient(() -> conn.send(Unpooled.buffer(largest).writeZero(largest)));
        await(caller.received(1));

        assertThat(caller.lengths).containsExactly(largest);
        close(conn, caller, echo);
    }

    @Test
    void closesTheConnectionOfAFrameThatIsTooLarge() {
        Peer listening = new Peer(false);
        Peer caller = new Peer(false);
        Conn conn = connect(listen(listening), caller);
        int tooLarge = frameSizeMax() - 3;

        onClient(() -> conn.send(Unpooled.buffer(tooLarge).writeZero(tooLarge)));
        await(listening.closed);
        await(caller.closed);

        assertThat(listening.frames).isEmpty();
    }

    @Test
    void tellsTheOtherSideOfAnOrderlyCloseAfterWhatWasSent() {
        Peer listening = new Peer(false);
        Peer caller = new Peer(false);
        Conn conn = connect(listen(listening), caller);

        onClient(() -> {
            for (int i = 0; i < 50; i++) {
                conn.send(text("last words"));
            }
            conn.loop().execute(conn::close); // after the pass that sent them
        });

        assertThat(await(listening.closed)).isEqualTo("in order");
        assertThat(await(caller.closed)).isEqualTo("in order");
        assertThat(listening.frames).hasSize(50);
    }

    @Test
    void closingTwiceOrFromElsewhereIsHarmless() {
        Peer listening = new Peer(false);
        Peer caller = new Peer(false);
        Conn conn = connect(listen(listening), caller);

        conn.close();
        conn.close();
        await(caller.closed);
        await(listening.closed);
        conn.close();

        assertThat(caller.closings).isOne();
        assertThat(listening.closings).isOne();
    }

    @Test
    void releasesWhatIsSentAfterTheClose() {
        Peer listening = new Peer(false);
        Peer caller = new Peer(false);
        Conn conn = connect(listen(listening), caller);
        conn.close();
        await(caller.closed);
        ByteBuf whole = text("too late");
        ByteBuf head = text("too ");
        ByteBuf body = text("late");

        onClient(() -> {
            conn.send(whole);
            conn.send(head, body);
        });

        assertThat(whole.refCnt()).isZero();
        assertThat(head.refCnt()).isZero();
        assertThat(body.refCnt()).isZero();
        await(listening.closed);
    }

    @Test
    void anExceptionThatLeavesTheHandlerClosesTheConnection() {
        Peer listening = new Peer(false) {
            @Override
            public void onFrame(Conn conn, ByteBuf frame) {
                frame.release();
                throw new TransportException("a frame this side cannot read", null);
            }
        };
        Peer caller = new Peer(false);
        Conn conn = connect(listen(listening), caller);

        onClient(() -> conn.send(text("nonsense")));

        assertThat(await(listening.closed)).isEqualTo("a frame this side cannot read");
        await(caller.closed);
    }

    @Test
    void stopsTheSenderOfAPeerThatDoesNotReadAndLetsItGoOn() {
        Peer listening = new Peer(false);
        listening.readFromTheStart = false;
        Peer caller = new Peer(false);
        Conn conn = connect(listen(listening), caller);
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        int[] sent = new int[1];
        int size = 64 << 10;

        onClient(
                new Runnable() { // sends until told to stop, a frame per pass
                    @Override
                    public void run() {
                        if (conn.writable() && sent[0] < 2_000) {
                            conn.send(Unpooled.buffer(size).writeZero(size));
                            sent[0]++;
                            conn.loop().execute(this);
                        } else {
                            stopped.complete(null);
                        }
                    }
                });
        await(stopped);

        assertThat(sent[0]).as("frames of 64 KiB until the sender was stopped").isLessThan(2_000);
        assertThat(onClient(conn::queuedBytes)).isPositive();
        await(listening.connected).loop().execute(() -> listening.conn.reading(true));
        await(listening.received(sent[0]));
        await(caller.writableAgain);
        assertThat(onClient(conn::writable)).isTrue();
        close(conn, caller, listening);
    }

    @Test
    void failsToConnectWhereNobodyListens() {
        Transport.Listener listener = listen(new Peer(false));
        HostPort there = reach(listener.address());
        listener.close();

        assertThatThrownBy(() -> await(refused(there)))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(there.toString());
    }

    @Test
    void failsToListenTwiceAtOneAddress() {
        Transport.Listener first = listen(new Peer(false));

        assertThatThrownBy(() -> await(server().listen(first.address(), conn -> new Peer(false), serverLoop())))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(first.address().toString());
    }

    @Test
    void keepsConnectionsWhenTheListenerCloses() {
        Peer echo = new Peer(true);
        Peer caller = new Peer(false);
        Transport.Listener listener = listen(echo);
        Conn conn = connect(listener, caller);
        await(echo.connected);

        listener.close();
        onClient(() -> conn.send(text("still here")));
        await(caller.received(1));

        assertThat(caller.frames).containsExactly("still here");
        close(conn, caller, echo);
    }

    @Test
    void closesEverythingWithTheTransport() {
        Peer listening = new Peer(false);
        Peer caller = new Peer(false);
        connect(listen(listening), caller);
        await(listening.connected);

        server().close();

        await(listening.closed);
        await(caller.closed);
    }

    @Test
    void bindsAPortWhenAskedForAny() {
        assertThat(listen(new Peer(false)).address().port()).isPositive();
    }

    // ---- what the tests are made of

    private Transport.Listener listen(Peer peer) {
        return await(server().listen(
                        anyAddress(),
                        conn -> {
                            peer.start(conn);
                            return peer;
                        },
                        serverLoop()));
    }

    private Conn connect(Transport.Listener listener, Peer peer) {
        Conn conn = await(client().connect(reach(listener.address()), clientLoop(), peer, PATIENCE));
        peer.conn = conn;
        return conn;
    }

    private CompletionStage<Conn> refused(HostPort there) {
        return client().connect(there, clientLoop(), new Peer(false), PATIENCE);
    }

    private void onClient(Runnable task) {
        onClient(() -> {
            task.run();
            return true;
        });
    }

    private <T> T onClient(java.util.function.Supplier<T> task) {
        CompletableFuture<T> done = new CompletableFuture<>();
        clientLoop().execute(() -> {
            try {
                done.complete(task.get());
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        return await(done);
    }

    private void close(Conn conn, Peer one, Peer other) {
        conn.close();
        await(one.closed);
        await(other.closed);
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    /** A handler that remembers; fields are read by the test only after a future it waited for. */
    private static class Peer implements ConnHandler {
        final CompletableFuture<Conn> connected = new CompletableFuture<>();
        final CompletableFuture<String> closed = new CompletableFuture<>();
        final CompletableFuture<Void> writableAgain = new CompletableFuture<>();
        final List<String> frames = new ArrayList<>();
        final List<Integer> lengths = new ArrayList<>();
        private final boolean echo;
        private final List<Waiting> waiting = new ArrayList<>();
        boolean readFromTheStart = true;
        volatile @Nullable Conn conn;
        volatile boolean alwaysOnItsLoop = true;
        volatile int closings;

        private record Waiting(int frames, CompletableFuture<Void> done) {}

        Peer(boolean echo) {
            this.echo = echo;
        }

        void start(Conn accepted) {
            conn = accepted;
            if (!readFromTheStart) {
                accepted.reading(false);
            }
            connected.complete(accepted);
        }

        CompletionStage<Void> received(int n) {
            CompletableFuture<Void> done = new CompletableFuture<>();
            synchronized (this) {
                if (frames.size() >= n) {
                    done.complete(null);
                } else {
                    waiting.add(new Waiting(n, done));
                }
            }
            return done;
        }

        @Override
        public void onFrame(Conn conn, ByteBuf frame) {
            alwaysOnItsLoop &= conn.loop().inLoop();
            List<Waiting> reached = new ArrayList<>();
            synchronized (this) {
                lengths.add(frame.readableBytes());
                frames.add(frame.readableBytes() > 100 ? "long" : frame.toString(StandardCharsets.UTF_8));
                waiting.removeIf(each -> frames.size() >= each.frames && reached.add(each));
            }
            if (echo) {
                conn.send(frame);
            } else {
                frame.release();
            }
            reached.forEach(each -> each.done.complete(null));
        }

        @Override
        public void onWritable(Conn conn, boolean writable) {
            alwaysOnItsLoop &= conn.loop().inLoop();
            if (writable) {
                writableAgain.complete(null);
            }
        }

        @Override
        public void onClosed(Conn conn, @Nullable Throwable cause) {
            alwaysOnItsLoop &= conn.loop().inLoop();
            closings++;
            closed.complete(cause == null ? "in order" : String.valueOf(cause.getMessage()));
        }
    }
}
