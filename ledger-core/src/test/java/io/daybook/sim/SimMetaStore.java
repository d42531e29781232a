package io.daybook.sim;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One node's client of the {@link SimMetadata}: requests and replies take time, get lost, and are served in the order they were asked;
 * plain reads may be stale, but never go back.
 */
public final class SimMetaStore implements MetaStore {
    private final SimWorld world;
    private final SimMetadata service;
    private final SimNode node;
    private final SimLife life;
    private final SimRandom random;
    private final SimLink there;
    private final SimLink back;
    private final Runnable linkChanged = this::linkChanged;
    private final List<Watcher> watchers = new ArrayList<>();
    private final List<SessionWatch> sessionWatches = new ArrayList<>();
    private long session;
    private long seen; // the newest change a reply has shown
    private long lastArrival;
    private long lastReply;
    private long outages; // counts disconnections, so that a late step knows it is late
    private boolean connected = true;
    private boolean suspended;
    private boolean renewing;
    private boolean closed;

    SimMetaStore(SimWorld world, SimNode node, SimLife life, SimRandom random) {
        this.world = world;
        this.service = world.metadata();
        this.node = node;
        this.life = life;
        this.random = random;
        this.there = world.network().link(node.name(), SimWorld.METADATA);
        this.back = world.network().link(SimWorld.METADATA, node.name());
        this.session = service.openSession(this);
        there.watch(linkChanged);
        back.watch(linkChanged);
        service.watchOutage(linkChanged);
        linkChanged();
    }

    @Override
    public Promise<@Nullable Node> get(String path, Loop loop) {
        return ask("get", path, false, loop, () -> service.get(path, readable()));
    }

    @Override
    public Promise<@Nullable Node> getLinearizable(String path, Loop loop) {
        return ask("sync+get", path, false, loop, () -> service.get(path, latest()));
    }

    @Override
    public Promise<String> create(String path, byte[] data, Mode mode, Loop loop) {
        long asking = session;
        return ask("create", path, true, loop, () -> service.create(path, data, mode, asking));
    }

    @Override
    public Promise<Void> ensure(String path, Loop loop) {
        return ask("ensure", path, true, loop, () -> {
            service.ensure(path);
            return null;
        });
    }

    @Override
    public Promise<Integer> cas(String path, byte[] data, int expectedVersion, Loop loop) {
        return ask("set", path, true, loop, () -> service.set(path, data, expectedVersion));
    }

    @Override
    public Promise<Void> delete(String path, int expectedVersion, Loop loop) {
        return ask("delete", path, true, loop, () -> {
            service.delete(path, expectedVersion);
            return null;
        });
    }

    @Override
    public Promise<Void> multi(List<Op> operations, Loop loop) {
        List<Op> all = List.copyOf(operations);
        long asking = session;
        return ask("multi", all.isEmpty() ? "/" : all.get(0).path(), true, loop, () -> {
            service.multi(all, asking);
            return null;
        });
    }

    @Override
    public Promise<@Nullable List<String>> children(String path, Loop loop) {
        return ask("children", path, false, loop, () -> service.children(path, readable()));
    }

    @Override
    public Watch watch(String path, Runnable changed, Loop loop) {
        Watcher watcher = new Watcher(path, changed, (SimLoop) loop);
        if (!closed && life.alive()) {
            watchers.add(watcher);
            service.place(path).watch(watcher);
        }
        return watcher;
    }

    @Override
    public long sessionId() {
        return session;
    }

    @Override
    public Watch watchSession(SessionListener listener, Loop loop) {
        SessionWatch watch = new SessionWatch(listener, (SimLoop) loop);
        sessionWatches.add(watch);
        return watch;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            tell(Session.CLOSED);
            leave();
            long mine = session;
            if (there.isCut()) {
                endLater(mine);
            } else {
                world.after(there.delay(), false, () -> service.endSession(mine));
            }
        }
    }

    // ---- for the world

    SimNode node() {
        return node;
    }

    /** The process died without a word: the session ends by itself. */
    void drop() {
        if (!closed) {
            closed = true;
            leave();
            endLater(session);
        }
    }

    /** The service gives the session up. */
    void expire() {
        if (!closed) {
            service.endSession(session);
            if (connected && !renewing) {
                renewSoon();
            }
        }
    }

    // ---- requests

    private <T> Promise<T> ask(String what, String path, boolean write, Loop loop, Supplier<T> action) {
        Promise<T> promise = loop.promise();
        Request<T> request = new Request<>(what, path, write, (SimLoop) loop, promise, action, session);
        if (closed) {
            request.fail(Kind.REFUSED, "the metadata client is closed");
        } else if (life.alive()) {
            lastArrival = Math.max(lastArrival + 1, world.now() + there.delay());
            world.add(request, lastArrival - world.now());
        }
        return promise;
    }

    /** On its way to the service. */
    private final class Request<T> extends SimEvent {
        private final String what;
        private final String path;
        private final boolean write;
        private final SimLoop loop;
        private final Promise<T> promise;
        private final Supplier<T> action;
        private final long asking;

        Request(
                String what,
                String path,
                boolean write,
                SimLoop loop,
                Promise<T> promise,
                Supplier<T> action,
                long asking) {
            this.what = what;
            this.path = path;
            this.write = write;
            this.loop = loop;
            this.promise = promise;
            this.action = action;
            this.asking = asking;
        }

        @Override
        void fire() {
            SimFaults faults = world.faults();
            world.note(node.name(), what, path.hashCode(), asking);
            if (there.isCut() || service.isOut() || world.strikes(SimFault.META_UNAVAILABLE, faults.metaUnavailable)) {
                failLater(Kind.UNAVAILABLE, "no metadata server answers; nothing was written");
                return;
            }
            if (world.strikes(SimFault.META_EXPIRY, faults.metaExpiry)) {
                expire();
            }
            if (!service.isOpen(asking)) {
                failLater(Kind.UNAVAILABLE, "the metadata session has expired; nothing was written");
                return;
            }
            Boolean lost = write ? service.loseReply() : null;
            if (Boolean.FALSE.equals(lost)) {
                failLater(Kind.AMBIGUOUS, "the reply was lost");
                return;
            }
            T result;
            try {
                result = action.get();
                if (write) {
                    seen = service.change();
                }
            } catch (MetaException refused) {
                reply(() -> promise.completeExceptionally(refused), lost);
                return;
            }
            reply(() -> promise.complete(result), lost);
        }

        private void reply(Runnable answer, @Nullable Boolean lost) {
            if (lost != null || back.isCut()) {
                failLater(
                        write ? Kind.AMBIGUOUS : Kind.UNAVAILABLE,
                        write ? "the reply was lost" : "no metadata server answers; nothing was written");
                return;
            }
            lastReply = Math.max(lastReply + 1, world.now() + back.delay());
            world.after(lastReply - world.now(), false, () -> {
                world.note(node.name(), "reply", path.hashCode(), 0);
                loop.tell(answer);
            });
        }

        private void failLater(Kind kind, String why) {
            long wait = world.schedule().between(100_000_000L, 4_000_000_000L);
            world.after(wait, false, () -> fail(kind, why));
        }

        void fail(Kind kind, String why) {
            world.note(node.name(), "meta fails", kind.ordinal(), path.hashCode());
            loop.tell(() -> promise.completeExceptionally(
                    new MetaException(kind, "%s of %s: %s".formatted(what, path, why), null)));
        }
    }

    private long latest() {
        seen = service.change();
        return seen;
    }

    /** The newest change that a plain read shows. */
    private long readable() {
        long newest = service.change();
        if (world.strikes(SimFault.META_STALE_READ, world.faults().metaStaleRead)) {
            newest = random.between(Math.max(seen, newest - 8), newest);
        }
        seen = Math.max(seen, newest);
        return seen;
    }

    // ---- session and connection

    private void linkChanged() {
        boolean up = !there.isCut() && !back.isCut() && !service.isOut();
        if (up == connected || closed) {
            return;
        }
        connected = up;
        long outage = ++outages;
        if (!up) {
            long timeout = service.sessionTimeout().toNanos();
            world.after(timeout / 3, true, () -> suspend(outage));
            world.after(timeout, true, () -> {
                if (outage == outages && !service.isOut()) {
                    service.endSession(session);
                }
            });
        } else if (!service.isOpen(session)) {
            renewSoon();
        } else {
            world.after(back.delay(), false, () -> reconnected(outage));
        }
    }

    private void suspend(long outage) {
        if (outage == outages && !closed) {
            suspended = true;
            tell(Session.SUSPENDED);
        }
    }

    private void reconnected(long outage) {
        if (outage == outages && !closed) {
            if (suspended) {
                suspended = false;
                tell(Session.CONNECTED);
            }
            callAll();
        }
    }

    private void renewSoon() {
        renewing = true;
        world.after(there.delay() + back.delay(), false, () -> {
            renewing = false;
            if (closed || !connected || service.isOpen(session)) {
                return;
            }
            suspended = false;
            session = service.openSession(this);
            world.note(node.name(), "session renewed", session, 0);
            tell(Session.RENEWED);
            callAll();
        });
    }

    private void endLater(long mine) {
        world.after(service.sessionTimeout().toNanos(), true, () -> service.endSession(mine));
    }

    private void leave() {
        there.unwatch(linkChanged);
        back.unwatch(linkChanged);
        service.unwatchOutage(linkChanged);
        for (Watcher watcher : List.copyOf(watchers)) {
            watcher.close();
        }
    }

    private void callAll() {
        List.copyOf(watchers).forEach(Watcher::changed);
    }

    private void tell(Session state) {
        for (SessionWatch watch : List.copyOf(sessionWatches)) {
            watch.loop.tell(() -> watch.told(state));
        }
    }

    /** Told of changes of one path. */
    final class Watcher implements Watch {
        private final String path;
        private final Runnable callback;
        private final SimLoop loop;
        private boolean told; // a call is on its way
        private boolean stopped;

        Watcher(String path, Runnable callback, SimLoop loop) {
            this.path = path;
            this.callback = callback;
            this.loop = loop;
        }

        SimMetaStore client() {
            return SimMetaStore.this;
        }

        /** Something changed; a disconnected client is told when it is back. */
        void changed() {
            if (told || stopped || !connected) {
                return;
            }
            told = true;
            SimFaults faults = world.faults();
            long delay = back.delay();
            if (world.strikes(SimFault.META_LATE_WATCH, faults.metaLateWatch)) {
                delay += world.chaos().between(1_000_000_000L, 5_000_000_000L);
            }
            world.after(delay, false, () -> {
                told = false;
                call();
            });
            if (world.strikes(SimFault.META_DOUBLE_WATCH, faults.metaDoubleWatch)) {
                world.after(delay + back.delay(), false, this::call);
            }
        }

        private void call() {
            world.note(node.name(), "watch", path.hashCode(), 0);
            loop.tell(() -> {
                if (!stopped) {
                    callback.run();
                }
            });
        }

        @Override
        public void close() {
            if (!stopped) {
                stopped = true;
                watchers.remove(this);
                service.place(path).unwatch(this);
            }
        }
    }

    private final class SessionWatch implements Watch {
        private final SessionListener listener;
        private final SimLoop loop;
        private boolean stopped;

        SessionWatch(SessionListener listener, SimLoop loop) {
            this.listener = listener;
            this.loop = loop;
        }

        void told(Session state) {
            if (!stopped) {
                listener.onSession(state);
            }
        }

        @Override
        public void close() {
            stopped = true;
            sessionWatches.remove(this);
        }
    }
}
