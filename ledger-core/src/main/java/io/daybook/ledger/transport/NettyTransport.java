package io.daybook.ledger.transport;

import io.daybook.base.config.DataSize;
import io.daybook.base.error.Check;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.exec.ThreadLoop;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.base.seam.TransportException;
import io.daybook.base.time.SystemClock;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Frames over TCP: the real twin of the {@link Transport} seam.
 *
 * <p>Loops given to it are those of its {@link NettyLoops}. Host names are looked up on a thread of its own, since that may block.
 */
@SuppressWarnings("FutureReturnValueIgnored") // of closes, and of listeners that complete a promise themselves
public final class NettyTransport implements Transport {
    private static final int READ_SIZE_FIRST = 8 << 10;
    private static final int READ_SIZE_MAX = 256 << 10; // several groups of adds, so that few are split
    private static final int BACKLOG = 1024;

    private final NettyLoops loops;
    private final int frameSizeMax;
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet(); // any thread
    private final ThreadLoop names; // any thread
    private final Map<Loop, UnfinishedFrames> unfinished; // each belongs to its loop
    private volatile boolean closed;

    private NettyTransport(NettyLoops loops, int frameSizeMax, long unfinishedBytesMax, ThreadLoop names) {
        List<Loop> all = loops.loops().all();
        Map<Loop, UnfinishedFrames> each = new LinkedHashMap<>();
        all.forEach(loop -> each.put(loop, new UnfinishedFrames(unfinishedBytesMax / all.size())));
        this.unfinished = Collections.unmodifiableMap(each);
        this.loops = loops;
        this.frameSizeMax = frameSizeMax;
        this.names = names;
    }

    /**
     * A transport over {@code loops}, which it does not close.
     *
     * @param frameSizeMax most bytes of a frame, its 4-byte length included
     */
    public static NettyTransport open(NettyLoops loops, DataSize frameSizeMax) {
        return open(loops, frameSizeMax, DataSize.bytes(Long.MAX_VALUE));
    }

    /**
     * A transport for peers that nobody vouches for.
     *
     * @param unfinishedMax most bytes of frames that have not come whole, all connections together; beyond it the connections that have been
     *     longest at one frame are closed
     */
    public static NettyTransport open(NettyLoops loops, DataSize frameSizeMax, DataSize unfinishedMax) {
        Check.argument(
                frameSizeMax.bytes() > 4 && frameSizeMax.bytes() <= 1 << 30,
                "a frame limit is from 5B to 1GiB, not %s",
                frameSizeMax);
        ThreadLoop names = ThreadLoop.start(loops.first().name() + "-names", SystemClock.INSTANCE);
        return new NettyTransport(loops, frameSizeMax.intBytes(), unfinishedMax.bytes(), names);
    }

    @Override
    public Promise<Listener> listen(HostPort at, Acceptor acceptor, Loop loop) {
        Promise<Listener> promise = loop.promise();
        resolve(at, (address, failure) -> {
            if (address == null || closed) {
                promise.completeExceptionally(new TransportException(
                        "cannot listen at %s: %s".formatted(at, closed ? "the transport is closed" : reason(failure)),
                        failure));
                return;
            }
            new ServerBootstrap()
                    .group(loops.first().events(), loops.group())
                    .channel(NettyLoops.serverChannelType())
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .option(ChannelOption.SO_BACKLOG, BACKLOG)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childOption(ChannelOption.SO_KEEPALIVE, true)
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childOption(ChannelOption.ALLOCATOR, Buffers.POOL)
                    .childOption(ChannelOption.RECVBUF_ALLOCATOR, readSizes())
                    .childHandler(new Accepting(acceptor))
                    .bind(address)
                    .addListener((ChannelFuture bound) -> bound(bound, at, promise));
        });
        return promise;
    }

    private void bound(ChannelFuture bound, HostPort at, Promise<Listener> promise) {
        if (!bound.isSuccess()) {
            promise.completeExceptionally(new TransportException(
                    "cannot listen at %s: %s; is the port in use?".formatted(at, reason(bound.cause())),
                    bound.cause()));
            return;
        }
        Channel channel = bound.channel();
        if (!track(channel)) {
            promise.completeExceptionally(
                    new TransportException("cannot listen at %s: the transport is closed".formatted(at), null));
            return;
        }
        int port = ((InetSocketAddress) channel.localAddress()).getPort();
        promise.complete(new OpenListener(channel, new HostPort(at.host(), port)));
    }

    @Override
    public Promise<Conn> connect(HostPort to, Loop loop, ConnHandler handler, Duration timeout) {
        Check.argument(!timeout.isNegative(), "a time-out is 0 or more, not %s", timeout);
        Promise<Conn> promise = loop.promise();
        NettyLoop owner = (NettyLoop) loop;
        long deadline = owner.clock().nanos() + timeout.toNanos();
        Loop.Timer patience = owner.schedule(
                timeout.toNanos(),
                () -> promise.completeExceptionally(new TransportException(
                        "cannot connect to %s: no connection within %s".formatted(to, timeout), null)));
        resolve(
                to,
                (address, failure) -> owner.run(() -> {
                    if (address == null || closed) {
                        patience.cancel();
                        promise.completeExceptionally(new TransportException(
                                "cannot connect to %s: %s"
                                        .formatted(to, closed ? "the transport is closed" : reason(failure)),
                                failure));
                    } else if (!promise.isDone()) {
                        connect(
                                address,
                                to,
                                owner,
                                handler,
                                promise,
                                patience,
                                deadline - owner.clock().nanos());
                    }
                }));
        return promise;
    }

    private void connect(
            SocketAddress address,
            HostPort to,
            NettyLoop loop,
            ConnHandler handler,
            Promise<Conn> promise,
            Loop.Timer patience,
            long nanos) {
        int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, nanos / 1_000_000 + 1));
        new Bootstrap()
                .group(loop.events())
                .channel(NettyLoops.channelType())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOCATOR, Buffers.POOL)
                .option(ChannelOption.RECVBUF_ALLOCATOR, readSizes())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new NettyConn(channel, loop, to, frameSizeMax, unfinished(loop)));
                    }
                })
                .connect(address)
                .addListener((ChannelFuture done) -> {
                    patience.cancel();
                    connected(done, to, handler, promise);
                });
    }

    private void connected(ChannelFuture done, HostPort to, ConnHandler handler, Promise<Conn> promise) {
        if (!done.isSuccess()) {
            promise.completeExceptionally(new TransportException(
                    "cannot connect to %s: %s".formatted(to, reason(done.cause())), done.cause()));
            return;
        }
        NettyConn conn = done.channel().pipeline().get(NettyConn.class);
        if (promise.isDone() || !track(done.channel()) || conn == null) {
            done.channel().close();
            promise.completeExceptionally(new TransportException(
                    "cannot connect to %s: the connection was closed at once".formatted(to), null));
            return;
        }
        promise.complete(conn);
        conn.start(handler);
    }

    private UnfinishedFrames unfinished(NettyLoop loop) {
        return Objects.requireNonNull(unfinished.get(loop), "a loop of other loops than the transport's");
    }

    /** False if the transport is closed, and {@code channel} with it. */
    private boolean track(Channel channel) {
        channels.add(channel);
        channel.closeFuture().addListener(gone -> channels.remove(channel));
        if (closed) {
            channel.close();
            return false;
        }
        return true;
    }

    private static AdaptiveRecvByteBufAllocator readSizes() {
        return new AdaptiveRecvByteBufAllocator(512, READ_SIZE_FIRST, READ_SIZE_MAX);
    }

    /** Finds the address of a host; what is an address already needs no look-up and no other thread. */
    private void resolve(HostPort at, Resolved then) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(at.host());
        try {
            if (literal != null) {
                then.resolved(new InetSocketAddress(InetAddress.getByAddress(at.host(), literal), at.port()), null);
                return;
            }
            names.execute(() -> {
                try {
                    then.resolved(new InetSocketAddress(InetAddress.getByName(at.host()), at.port()), null);
                } catch (UnknownHostException unknown) {
                    then.resolved(null, unknown);
                }
            });
        } catch (UnknownHostException | RejectedExecutionException refused) {
            then.resolved(null, refused);
        }
    }

    private static String reason(@Nullable Throwable failure) {
        if (failure instanceof UnknownHostException) {
            return "there is no host of that name";
        }
        if (failure == null || failure.getMessage() == null) {
            return String.valueOf(failure);
        }
        return failure.getMessage();
    }

    @Override
    public void close() {
        closed = true;
        names.close();
        for (Channel channel : channels) {
            NettyConn conn = channel.pipeline().get(NettyConn.class);
            if (conn != null) {
                conn.close();
            } else {
                channel.close();
            }
        }
        channels.forEach(this::awaitClosed);
    }

    /** Waits until {@code channel} is closed, but never on a loop. */
    private void awaitClosed(Channel channel) {
        if (!loops.onOne() && !channel.eventLoop().isShuttingDown()) {
            channel.closeFuture().awaitUninterruptibly();
        }
    }

    private interface Resolved {
        void resolved(@Nullable InetSocketAddress address, @Nullable Throwable failure);
    }

    /** Gives each accepted connection its loop and its handler. */
    private final class Accepting extends ChannelInitializer<Channel> {
        private final Acceptor acceptor;

        Accepting(Acceptor acceptor) {
            this.acceptor = acceptor;
        }

        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        protected void initChannel(Channel channel) {
            NettyLoop loop = loops.of(channel.eventLoop());
            InetSocketAddress peer = (InetSocketAddress) channel.remoteAddress();
            HostPort from = peer == null
                    ? new HostPort("unknown", 0)
                    : new HostPort(peer.getAddress().getHostAddress(), peer.getPort());
            NettyConn conn = new NettyConn(channel, loop, from, frameSizeMax, unfinished(loop));
            channel.pipeline().addLast(conn);
            if (track(channel)) {
                conn.start(acceptor.accept(conn));
            }
        }
    }

    /** An open listening address; its close waits for the loop, unless called on one. */
    private final class OpenListener implements Listener {
        private final Channel channel;
        private final HostPort address;

        OpenListener(Channel channel, HostPort address) {
            this.channel = channel;
            this.address = address;
        }

        @Override
        public HostPort address() {
            return address;
        }

        @Override
        public void close() {
            channel.close();
            awaitClosed(channel);
        }
    }
}
