package io.daybook.ledger.transport;

import io.daybook.base.error.Check;
import io.daybook.base.exec.FailureHandler;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Threads;
import io.daybook.base.time.Clock;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The event loops of a process, on epoll where there is one and on the Java selector elsewhere. Close the transports that use them first. */
public final class NettyLoops implements AutoCloseable {
    private final MultiThreadIoEventLoopGroup group;
    private final List<NettyLoop> all;
    private final Loops loops;

    private NettyLoops(MultiThreadIoEventLoopGroup group, List<NettyLoop> all) {
        this.group = group;
        this.all = all;
        this.loops = new Loops(List.<Loop>copyOf(all));
    }

    /** {@code count} running loops named {@code name-0}, {@code name-1}, … whose failures are logged. */
    public static NettyLoops start(String name, int count, Clock clock) {
        return start(name, count, clock, FailureHandler.logging());
    }

    /** {@code count} running loops named {@code name-0}, {@code name-1}, …; {@code failures} is told of exceptions that end one. */
    public static NettyLoops start(String name, int count, Clock clock, FailureHandler failures) {
        Check.argument(count >= 1, "at least one loop is needed, not %d", count);
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        var group = new MultiThreadIoEventLoopGroup(count, Threads.factory(name, failures), io);
        List<NettyLoop> all = new ArrayList<>();
        for (EventExecutor events : group) {
            all.add(new NettyLoop(name + "-" + all.size(), clock, failures, (SingleThreadIoEventLoop) events));
        }
        return new NettyLoops(group, List.copyOf(all));
    }

    /** The loops to spread ledgers and streams over. */
    public Loops loops() {
        return loops;
    }

    /** Stops: what was queued before still runs. Returns when all threads have ended; not to be called on one of the loops. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // waited for by the termination future
    public void close() {
        Check.state(!onOne(), "a loop of %s cannot wait for its own end", all);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        for (NettyLoop loop : all) {
            loop.events().terminationFuture().awaitUninterruptibly();
        }
    }

    /** Begins to end all loops and waits for none; any thread, also one of theirs, where {@link #close} cannot be called. */
    public void shutDown() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }

    /** Whether the caller is one of the loops. */
    boolean onOne() {
        for (NettyLoop loop : all) {
            if (loop.inLoop()) {
                return true;
            }
        }
        return false;
    }

    /** The loop where listeners live. */
    NettyLoop first() {
        return all.get(0);
    }

    /** All loops, in turn, for accepted connections. */
    EventLoopGroup group() {
        return group;
    }

    /** Our loop over {@code events}. */
    NettyLoop of(EventLoop events) {
        for (NettyLoop loop : all) {
            if (loop.events() == events) {
                return loop;
            }
        }
        throw new IllegalStateException("a connection belongs to a loop that is not one of " + all);
    }

    static Class<? extends Channel> channelType() {
        return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    static Class<? extends ServerChannel> serverChannelType() {
        return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }
}
