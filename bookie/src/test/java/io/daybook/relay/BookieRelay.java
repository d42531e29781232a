package io.daybook.relay;

import io.daybook.base.error.Check;
import io.daybook.base.exec.FailureHandler;
import io.daybook.base.exec.Threads;
import io.daybook.base.seam.HostPort;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Listens on a loopback port and carries every connection on to one bookie, frame by frame. A frame goes to the first rule that matches it
 * and takes it; one that no rule takes passes.
 *
 * <p>Connections in TLS cannot be read.
 *
 * <p><b>Threads.</b> Any; a method has taken effect when it returns.
 */
public final class BookieRelay implements AutoCloseable {
    private static final long HELD_MAX = 64 << 20;
    private static final int RECEIVE_BUFFER = 64 << 10; // small, so that a slow pace is felt soon

    private final HostPort bookie;
    private final MultiThreadIoEventLoopGroup group;
    private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true, 0, 1, 8192, 9);
    private final Channel listener;

    private final List<Rule> rules = new ArrayList<>(); // this and below: the loop only
    private final Set<Crossing> crossings = new LinkedHashSet<>();
    private final Map<Direction, Pace> paces = new EnumMap<>(Direction.class);
    private final Map<Direction, Cutting> cuttings = new EnumMap<>(Direction.class);
    private final Map<Direction, Long> busyUntilNanos = new EnumMap<>(Direction.class);
    private final Set<Direction> silent = EnumSet.noneOf(Direction.class);
    private long heldBytes;

    private BookieRelay(HostPort bookie) {
        this.bookie = bookie;
        this.group = new MultiThreadIoEventLoopGroup(
                1, Threads.factory("relay-" + bookie.port(), FailureHandler.logging()), NioIoHandler.newFactory());
        for (Direction direction : Direction.values()) {
            paces.put(direction, Pace.FREE);
            cuttings.put(direction, Cutting.NONE);
            busyUntilNanos.put(direction, nanos());
        }
        this.listener = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                        onClient(client);
                    }
                })
                .bind(new InetSocketAddress("127.0.0.1", 0))
                .syncUninterruptibly()
                .channel();
    }

    /** A relay to {@code bookie} on a free port. */
    public static BookieRelay start(HostPort bookie) {
        return new BookieRelay(bookie);
    }

    /** Where clients reach it. */
    public HostPort address() {
        return new HostPort("127.0.0.1", ((InetSocketAddress) listener.localAddress()).getPort());
    }

    public HostPort bookie() {
        return bookie;
    }

    // ---- rules

    /** Counts frames and lets the next rule decide. */
    public Rule watch(Match match) {
        return added(new Rule(this, match, (lane, frame) -> false));
    }

    /** Keeps frames until they are released or dropped. */
    public Held hold(Match match) {
        Held held = Held.of(this, match);
        run(() -> rules.add(held));
        return held;
    }

    /** Loses frames. */
    public Rule drop(Match match) {
        return added(new Rule(this, match, (lane, frame) -> frame.release()));
    }

    /** Loses each frame with {@code probability}, drawn from {@code seed}. */
    public Rule lose(Match match, double probability, long seed) {
        Random random = new Random(seed);
        return added(new Rule(this, match, (lane, frame) -> random.nextDouble() < probability && frame.release()));
    }

    /** Delivers frames later; those that come after them may overtake them. */
    public Rule delay(Match match, Duration delay) {
        return added(new Rule(this, match, (lane, frame) -> {
            lane.passLater(frame, delay.toNanos());
            return true;
        }));
    }

    /** Delivers frames twice. */
    public Rule duplicate(Match match) {
        return added(new Rule(this, match, (lane, frame) -> {
            lane.pass(frame.copy());
            lane.pass(frame);
            return true;
        }));
    }

    /** Resets the connection of each matching frame, which is lost. */
    public Rule reset(Match match) {
        return added(new Rule(this, match, (lane, frame) -> {
            frame.release();
            lane.reset();
            return true;
        }));
    }

    /** Resets the connection of each matching frame with {@code probability}, drawn from {@code seed}. */
    public Rule resetSome(Match match, double probability, long seed) {
        Random random = new Random(seed);
        return added(new Rule(this, match, (lane, frame) -> {
            if (random.nextDouble() >= probability) {
                return false;
            }
            frame.release();
            lane.reset();
            return true;
        }));
    }

    /** Delivers the first {@code bytes} of each matching frame, its length included, and closes its connection. */
    public Rule cut(Match match, int bytes) {
        return added(new Rule(this, match, (lane, frame) -> {
            lane.passPart(frame, bytes);
            return true;
        }));
    }

    /** Delivers something else: {@code change} takes the frame over and returns what to send, both without their lengths. */
    public Rule change(Match match, UnaryOperator<ByteBuf> change) {
        return added(new Rule(this, match, (lane, frame) -> {
            ByteBuf changed = change.apply(frame.skipBytes(4));
            lane.pass(allocator
                    .buffer(4 + changed.readableBytes())
                    .writeInt(changed.readableBytes())
                    .writeBytes(changed));
            changed.release();
            return true;
        }));
    }

    private Rule added(Rule rule) {
        run(() -> rules.add(rule));
        return rule;
    }

    // ---- the line

    /** Sets the pace from now on; what waits at the pace before goes at once. */
    public void pace(Direction direction, Pace pace) {
        run(() -> {
            paces.put(direction, pace);
            busyUntilNanos.put(direction, nanos());
            crossings.forEach(Crossing::hurry);
        });
    }

    public void cutting(Direction direction, Cutting cutting) {
        run(() -> cuttings.put(direction, cutting));
    }

    /** From now on nothing gets through in this direction, closes included; nobody is told. */
    public void silence(Direction direction) {
        run(() -> silent.add(direction));
    }

    /** From now on nothing gets through the connections there are, closes included; nobody is told. New ones are not concerned. */
    public void freeze() {
        run(() -> crossings.forEach(Crossing::freeze));
    }

    /** Resets all connections. */
    public void reset() {
        run(() -> List.copyOf(crossings).forEach(Crossing::reset));
    }

    /** Ends all rules, paces, cuttings and silences; what rules held is lost, and connections that were silent or frozen are reset. */
    public void heal() {
        run(() -> {
            dropRules();
            for (Direction direction : Direction.values()) {
                paces.put(direction, Pace.FREE);
                cuttings.put(direction, Cutting.NONE);
                busyUntilNanos.put(direction, nanos());
            }
            crossings.forEach(Crossing::hurry);
            boolean all = !silent.isEmpty();
            silent.clear();
            for (Crossing crossing : List.copyOf(crossings)) {
                if (all || crossing.frozen()) {
                    crossing.reset();
                }
            }
        });
    }

    /** How many connections go through. */
    public int connections() {
        return call(crossings::size);
    }

    /** Bytes of frames inside the relay, whether held, delayed or on their way. */
    public long bytesInside() {
        return allocator.pinnedDirectMemory();
    }

    /** Closes all connections; fails if a frame was not released. */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // waited for by the termination future
    public void close() {
        if (group.isShuttingDown()) {
            return;
        }
        listener.close().syncUninterruptibly();
        run(() -> {
            dropRules();
            silent.clear();
            List.copyOf(crossings).forEach(Crossing::close);
        });
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        group.terminationFuture().syncUninterruptibly();
        Check.state(bytesInside() == 0, "the relay of %s kept %s bytes", bookie, bytesInside());
    }

    private void dropRules() {
        for (Rule rule : List.copyOf(rules)) {
            if (rule instanceof Held held) {
                held.lose();
            }
        }
        rules.clear();
    }

    // ---- the loop

    void run(Runnable task) {
        group.submit(task).syncUninterruptibly();
    }

    <T> T call(Callable<T> task) {
        return group.submit(task).syncUninterruptibly().getNow();
    }

    private void onClient(Channel client) {
        Crossing crossing = new Crossing(this, client);
        crossings.add(crossing);
        new Bootstrap()
                .group(client.eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOCATOR, allocator)
                .handler(new ChannelInboundHandlerAdapter()) // the lane is added when it is open
                .connect(new InetSocketAddress(bookie.host(), bookie.port()))
                .addListener((ChannelFuture connected) -> {
                    if (connected.isSuccess()) {
                        crossing.open(connected.channel());
                    } else {
                        crossing.reset();
                        crossings.remove(crossing);
                    }
                });
    }

    boolean decide(Lane lane, Passing passing, ByteBuf frame) {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).decide(lane, passing, frame)) {
                return true;
            }
        }
        return false;
    }

    void forget(Rule rule) {
        rules.remove(rule);
    }

    void forget(Crossing crossing) {
        crossings.remove(crossing);
    }

    PooledByteBufAllocator allocator() {
        return allocator;
    }

    Pace pace(Direction direction) {
        return paces.get(direction);
    }

    Cutting cutting(Direction direction) {
        return cuttings.get(direction);
    }

    boolean silent(Direction direction) {
        return silent.contains(direction);
    }

    /** When {@code bytes} that come now have arrived at this direction's pace, in nanoseconds of {@link #nanos()}. */
    long due(Direction direction, int bytes) {
        Pace pace = paces.get(direction);
        long free = Math.max(nanos(), busyUntilNanos.get(direction)) + pace.nanos(bytes);
        busyUntilNanos.put(direction, free);
        return free + pace.latency().toNanos();
    }

    void holds(int bytes) {
        heldBytes += bytes;
        if (bytes < 0) {
            crossings.forEach(Crossing::wake);
        }
    }

    boolean heldTooMuch() {
        return heldBytes > HELD_MAX;
    }

    long nanos() {
        return System.nanoTime();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a failure closes the channel that is concerned
    void schedule(long delayNanos, Runnable task) {
        group.next().schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    void soon(Runnable task) {
        group.next().execute(task);
    }
}
