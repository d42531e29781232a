package io.daybook.sim;

import io.daybook.base.error.Check;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Loops;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Conn;
import io.daybook.base.seam.ConnHandler;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.Transport;
import io.daybook.base.seam.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens connections over the {@link SimNetwork}, for one life of a node. */
public final class SimTransport implements Transport {
    static final int FRAME_SIZE_MAX = 5 << 20;
    private static final long SYN_AGAIN_NANOS = 1_000_000_000L;

    private final SimWorld world;
    private final SimNode node;
    private final SimLife life;
    private final int frameSizeMax;
    private final @Nullable Loops accepting;
    private final List<SimListener> listeners = new ArrayList<>();
    private boolean closed;

    SimTransport(SimWorld world, SimNode node, SimLife life, int frameSizeMax, @Nullable Loops accepting) {
        this.world = world;
        this.node = node;
        this.life = life;
        this.frameSizeMax = frameSizeMax;
        this.accepting = accepting;
    }

    @Override
    public Promise<Listener> listen(HostPort at, Acceptor acceptor, Loop loop) {
        Promise<Listener> promise = loop.promise();
        Loops loops = accepting == null ? new Loops(List.of(loop)) : accepting;
        ((SimLoop) loop).tell(() -> {
            SimListener listener = new SimListener(node, this, at, acceptor, loops);
            HostPort bound = closed ? null : world.network().bind(node, at, listener);
            if (bound == null) {
                promise.completeExceptionally(new TransportException(
                        closed
                                ? "cannot listen at %s: the transport is closed".formatted(at)
                                : "cannot listen at %s: the address is in use; choose another port".formatted(at),
                        null));
                return;
            }
            listener.bound(bound);
            listeners.add(listener);
            world.note(node.name(), "listen", bound.port(), 0);
            promise.complete(listener);
        });
        return promise;
    }

    @Override
    public Promise<Conn> connect(HostPort to, Loop loop, ConnHandler handler, Duration timeout) {
        Check.argument(!timeout.isNegative(), "a time-out is 0 or more, not %s", timeout);
        Promise<Conn> promise = loop.promise();
        SimLoop owner = (SimLoop) loop;
        SimNode target = world.network().resolve(to.host(), node);
        if (closed || !life.alive()) {
            fail(promise, owner, "cannot connect to %s: the transport is closed".formatted(to));
        } else if (target == null) {
            fail(promise, owner, "cannot connect to %s: there is no host of that name".formatted(to));
        } else {
            new Attempt(to, owner, handler, target, promise, timeout).start();
        }
        return promise;
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(listeners).forEach(SimListener::close);
        listeners.clear();
        for (SimConn conn : world.network().connections()) {
            if (conn.transport() == this) {
                conn.close();
            }
        }
    }

    SimNode node() {
        return node;
    }

    SimLife life() {
        return life;
    }

    int frameSizeMax() {
        return frameSizeMax;
    }

    boolean isClosed() {
        return closed;
    }

    private static void fail(Promise<Conn> promise, SimLoop loop, String sentence) {
        loop.tell(() -> promise.completeExceptionally(new TransportException(sentence, null)));
    }

    /** One try to connect: a request over, an answer back, again each second while a link is cut or the machine off. */
    private final class Attempt {
        private final HostPort to;
        private final SimLoop loop;
        private final ConnHandler handler;
        private final SimNode target;
        private final Promise<Conn> promise;
        private final Duration timeout;
        private final SimLink there;
        private final SimLink back;
        private @Nullable SimEvent patience;
        private boolean over;
        private @Nullable SimConn made;

        Attempt(
                HostPort to,
                SimLoop loop,
                ConnHandler handler,
                SimNode target,
                Promise<Conn> promise,
                Duration timeout) {
            this.to = to;
            this.loop = loop;
            this.handler = handler;
            this.target = target;
            this.promise = promise;
            this.timeout = timeout;
            this.there = world.network().link(node.name(), target.name());
            this.back = world.network().link(target.name(), node.name());
        }

        void start() {
            patience = world.after(timeout.toNanos(), true, this::timedOut);
            world.after(there.delay(), false, this::arrive);
        }

        private void arrive() {
            if (over || !life.alive()) {
                return;
            }
            if (there.isCut() || target.poweredOff()) {
                world.after(SYN_AGAIN_NANOS, true, this::arrive);
                return;
            }
            SimListener listener = world.network().listener(target, to.port());
            if (listener == null || listener.transport().isClosed()) {
                world.after(back.delay(), false, this::refused);
                return;
            }
            world.note(there.name(), "connect", to.port(), 0);
            SimConn here = new SimConn(world, SimTransport.this, loop, to);
            SimConn other = new SimConn(
                    world,
                    listener.transport(),
                    listener.nextLoop(),
                    new HostPort(node.name(), world.network().freshPort()));
            here.join(other, there);
            other.join(here, back);
            made = here;
            world.network().opened(here);
            world.network().opened(other);
            other.accept(listener.acceptor());
            answer();
        }

        private void answer() {
            if (back.isCut()) {
                back.whenUp(this::answer);
            } else {
                world.after(back.delay(), false, this::connected);
            }
        }

        private void connected() {
            if (over) {
                return;
            }
            if (back.isCut()) {
                back.whenUp(this::answer);
                return;
            }
            end();
            SimConn conn = made;
            if (closed || conn.isClosed()) {
                conn.died(false);
                fail(promise, loop, "cannot connect to %s: the connection was closed at once".formatted(to));
                return;
            }
            loop.tell(() -> {
                promise.complete(conn);
                conn.start(handler);
            });
        }

        private void end() {
            over = true;
            world.remove(patience);
        }

        private void refused() {
            if (!over) {
                end();
                fail(promise, loop, "cannot connect to %s: connection refused".formatted(to));
            }
        }

        private void timedOut() {
            if (!over) {
                over = true;
                if (made != null) {
                    made.died(false);
                }
                fail(promise, loop, "cannot connect to %s: no answer within %s".formatted(to, timeout));
            }
        }
    }
}
