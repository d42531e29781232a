package io.daybook.ledger.metadata.zookeeper;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.time.Deadline;
import io.daybook.ledger.metadata.MetadataUri;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Metadata in ZooKeeper.
 *
 * <p>Each write is sent at most once: when its reply is lost it fails with AMBIGUOUS, and the caller reads back. While no server answers, an operation
 * waits for a connection, as long as a session lasts without one, then fails with UNAVAILABLE; reads are also repeated for that long.
 *
 * <p><b>Threads.</b> Safe from any thread; promises, watchers and listeners run on the loop the caller names. {@link #close} waits for the farewell to
 * the server, about a second at most.
 */
public final class ZooKeeperMetaStore implements MetaStore {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int WRITE_BYTES_MAX = 1_000_000; // the server drops a connection that sends 1 MiB
    private static final byte[] EMPTY = {};

    private final MetadataUri uri;
    private final Duration patience;
    private final ZooKeeperWatches watches = new ZooKeeperWatches();
    private final ZooKeeperSession session;

    private ZooKeeperMetaStore(MetadataUri uri, Duration sessionTimeout) {
        this.uri = uri;
        this.patience = sessionTimeout;
        this.session = new ZooKeeperSession(uri, sessionTimeout, watches::connected);
    }

    /** Connects, waiting up to 5 seconds; see {@link #open(MetadataUri, Duration, Duration, Loop)}. */
    public static Promise<ZooKeeperMetaStore> open(MetadataUri uri, Duration sessionTimeout, Loop loop) {
        return open(uri, sessionTimeout, CONNECT_TIMEOUT, loop);
    }

    /**
     * Connects. Completes on {@code loop}; fails with UNAVAILABLE, leaving nothing behind, when no server has answered after {@code connectTimeout}.
     *
     * @param sessionTimeout after which the servers take a silent client for dead, and we give up waiting for them
     */
    public static Promise<ZooKeeperMetaStore> open(
            MetadataUri uri, Duration sessionTimeout, Duration connectTimeout, Loop loop) {
        ZooKeeperMetaStore store = new ZooKeeperMetaStore(uri, sessionTimeout);
        Promise<ZooKeeperMetaStore> opened = loop.promise();
        Watch once = store.session.watch(
                state -> {
                    if (state == Session.CONNECTED) {
                        opened.complete(store);
                    }
                },
                loop);
        loop.schedule(connectTimeout.toNanos(), () -> {
            if (opened.completeExceptionally(new MetaException(
                    Kind.UNAVAILABLE,
                    "no ZooKeeper server answered at %s within %s s; is one running there? './daybook dev' starts a whole cluster, './daybook zookeeper' a server alone"
                            .formatted(uri.connectString(), seconds(connectTimeout)),
                    null))) {
                store.close();
            }
        });
        opened.whenComplete((done, failure) -> once.close());
        store.session.start();
        return opened;
    }

    @Override
    public Promise<@Nullable Node> get(String path, Loop loop) {
        return read("reading " + path, loop, (server, call) -> getData(server, path, call));
    }

    @Override
    public Promise<@Nullable Node> getLinearizable(String path, Loop loop) {
        return read(
                "reading " + path,
                loop,
                (server, call) -> server.sync(
                        path,
                        (rc, asked, context) -> {
                            if (Code.get(rc) == Code.OK) {
                                getData(server, path, call);
                            } else {
                                call.failed(Code.get(rc));
                            }
                        },
                        null));
    }

    @Override
    public Promise<String> create(String path, byte[] data, Mode mode, Loop loop) {
        return write(
                "creating " + path,
                data.length,
                loop,
                (server, call) -> server.create(
                        path,
                        data,
                        Ids.OPEN_ACL_UNSAFE,
                        createMode(mode),
                        (rc, asked, context, name) -> call.answered(Code.get(rc), name),
                        null));
    }

    @Override
    public Promise<Void> ensure(String path, Loop loop) {
        Promise<@Nullable Object> done = read(
                "creating " + path,
                loop,
                (server, call) -> server.exists(
                        path,
                        false,
                        (rc, asked, context, stat) -> {
                            if (Code.get(rc) == Code.NONODE) {
                                createWithParents(server, path, call);
                            } else {
                                call.answered(Code.get(rc), null);
                            }
                        },
                        null));
        return (Promise<Void>) done.thenAccept(made -> {});
    }

    @Override
    public Promise<Integer> cas(String path, byte[] data, int expectedVersion, Loop loop) {
        return write(
                "writing " + path,
                data.length,
                loop,
                (server, call) -> server.setData(
                        path,
                        data,
                        expectedVersion,
                        (rc, asked, context, stat) ->
                                call.answered(Code.get(rc), stat == null ? null : stat.getVersion()),
                        null));
    }

    @Override
    public Promise<Void> delete(String path, int expectedVersion, Loop loop) {
        Promise<@Nullable Object> done = write(
                "deleting " + path,
                0,
                loop,
                (server, call) -> server.delete(
                        path, expectedVersion, (rc, asked, context) -> call.answered(Code.get(rc), null), null));
        return (Promise<Void>) done.thenAccept(deleted -> {});
    }

    @Override
    public Promise<Void> multi(List<Op> operations, Loop loop) {
        List<org.apache.zookeeper.Op> all =
                operations.stream().map(ZooKeeperMetaStore::op).toList();
        String paths = String.join(", ", operations.stream().map(Op::path).toList());
        Promise<@Nullable Object> done = write(
                "changing " + paths,
                bytes(operations),
                loop,
                (server, call) ->
                        server.multi(all, (rc, path, context, results) -> call.answered(Code.get(rc), null), null));
        return (Promise<Void>) done.thenAccept(changed -> {});
    }

    @Override
    public Promise<@Nullable List<String>> children(String path, Loop loop) {
        return read(
                "listing " + path,
                loop,
                (server, call) -> server.getChildren(
                        path,
                        false,
                        (rc, asked, context, names) -> {
                            Code code = Code.get(rc);
                            call.answered(
                                    code == Code.NONODE ? Code.OK : code,
                                    names == null
                                            ? null
                                            : names.stream().sorted().toList());
                        },
                        null));
    }

    @Override
    public Watch watch(String path, Runnable changed, Loop loop) {
        return watches.add(path, changed, loop);
    }

    @Override
    public long sessionId() {
        return session.id();
    }

    @Override
    public Watch watchSession(SessionListener listener, Loop loop) {
        return session.watch(listener, loop);
    }

    @Override
    public void close() {
        if (!session.closed()) {
            session.close();
        }
    }

    @Override
    public String toString() {
        return uri.toString();
    }

    /** The connection below, or null while there is none: a test ends its session with it. */
    @Nullable
    ZooKeeper connection() {
        return session.live();
    }

    // ---- one operation

    /** Hands one request to ZooKeeper, which answers {@code call} on its own thread. */
    private interface Request<T extends @Nullable Object> {
        void send(ZooKeeper server, Call<T> call);
    }

    private <T extends @Nullable Object> Promise<T> read(String what, Loop loop, Request<T> request) {
        return new Call<>(what, true, loop, request).begin();
    }

    private <T extends @Nullable Object> Promise<T> write(String what, long bytes, Loop loop, Request<T> request) {
        Call<T> call = new Call<>(what, false, loop, request);
        if (bytes > WRITE_BYTES_MAX) {
            call.promise.completeExceptionally(new MetaException(
                    Kind.REFUSED,
                    "%s: %d bytes are more than the %d that ZooKeeper takes at once"
                            .formatted(what, bytes, WRITE_BYTES_MAX),
                    null));
            return call.promise;
        }
        return call.begin();
    }

    /** One operation until its promise completes. */
    private final class Call<T extends @Nullable Object> {
        private final String what;
        private final boolean repeatable;
        private final Loop loop;
        private final Request<T> request;
        private final Promise<T> promise;
        private final Deadline deadline;

        Call(String what, boolean repeatable, Loop loop, Request<T> request) {
            this.what = what;
            this.repeatable = repeatable;
            this.loop = loop;
            this.request = request;
            this.promise = loop.promise();
            this.deadline = Deadline.after(loop.clock(), patience);
        }

        Promise<T> begin() {
            attempt();
            return promise;
        }

        private void attempt() {
            ZooKeeper server = session.live();
            if (session.closed()) {
                fail(new MetaException(Kind.REFUSED, what + ": the metadata client is closed", null));
            } else if (server == null) {
                later();
            } else {
                try {
                    request.send(server, this);
                } catch (IllegalArgumentException malformed) {
                    fail(new MetaException(Kind.REFUSED, what + ": " + malformed.getMessage(), malformed));
                }
            }
        }

        void answered(Code code, @Nullable T value) {
            if (code == Code.OK) {
                ZooKeeperSession.post(loop, () -> promise.complete(value));
            } else {
                failed(code);
            }
        }

        void failed(Code code) {
            if (repeatable && Replies.lost(code)) {
                ZooKeeperSession.post(loop, this::later);
            } else {
                fail(Replies.failure(code, what));
            }
        }

        private void later() {
            if (!session.closed() && deadline.expired(loop.clock())) {
                fail(new MetaException(
                        Kind.UNAVAILABLE,
                        "%s: no ZooKeeper server answered at %s for %s s"
                                .formatted(what, uri.connectString(), seconds(patience)),
                        null));
            } else {
                loop.schedule(PAUSE_NANOS, this::attempt);
            }
        }

        private void fail(MetaException failure) {
            ZooKeeperSession.post(loop, () -> promise.completeExceptionally(failure));
        }
    }

    // ---- what ZooKeeper is asked

    private static void getData(ZooKeeper server, String path, Call<@Nullable Node> call) {
        server.getData(
                path,
                false,
                (int rc, String asked, Object context, byte[] data, Stat stat) -> {
                    Code code = Code.get(rc);
                    call.answered(
                            code == Code.NONODE ? Code.OK : code,
                            code != Code.OK
                                    ? null
                                    : new Node(
                                            data == null ? EMPTY : data,
                                            stat.getVersion(),
                                            stat.getCversion(),
                                            stat.getCtime(),
                                            stat.getEphemeralOwner()));
                },
                null);
    }

    /** Makes {@code path}, after its parent if need be. Every step may be repeated, so a lost reply begins anew. */
    private static void createWithParents(ZooKeeper server, String path, Call<@Nullable Object> call) {
        server.create(
                path,
                EMPTY,
                Ids.OPEN_ACL_UNSAFE,
                CreateMode.PERSISTENT,
                (rc, asked, context, name) -> {
                    Code code = Code.get(rc);
                    int slash = path.lastIndexOf('/');
                    if (code == Code.NONODE && slash > 0) {
                        createParent(server, path, path.substring(0, slash), call);
                    } else {
                        call.answered(code == Code.NODEEXISTS ? Code.OK : code, null);
                    }
                },
                null);
    }

    private static void createParent(ZooKeeper server, String path, String parent, Call<@Nullable Object> call) {
        server.create(
                parent,
                EMPTY,
                Ids.OPEN_ACL_UNSAFE,
                CreateMode.PERSISTENT,
                (rc, asked, context, name) -> {
                    Code code = Code.get(rc);
                    int slash = parent.lastIndexOf('/');
                    if (code == Code.NONODE && slash > 0) {
                        createParent(server, path, parent.substring(0, slash), call);
                    } else if (code == Code.OK || code == Code.NODEEXISTS) {
                        createWithParents(server, path, call); // one level is there; begin again at the bottom
                    } else {
                        call.failed(code);
                    }
                },
                null);
    }

    private static org.apache.zookeeper.Op op(Op operation) {
        if (operation instanceof Op.Create create) {
            return org.apache.zookeeper.Op.create(
                    create.path(), create.data(), Ids.OPEN_ACL_UNSAFE, createMode(create.mode()));
        }
        if (operation instanceof Op.Set set) {
            return org.apache.zookeeper.Op.setData(set.path(), set.data(), set.expectedVersion());
        }
        if (operation instanceof Op.Delete delete) {
            return org.apache.zookeeper.Op.delete(delete.path(), delete.expectedVersion());
        }
        return org.apache.zookeeper.Op.check(operation.path(), ((Op.CheckVersion) operation).expectedVersion());
    }

    private static long bytes(List<Op> operations) {
        long bytes = 0;
        for (Op operation : operations) {
            bytes += operation instanceof Op.Create create
                    ? create.data().length
                    : operation instanceof Op.Set set ? set.data().length : 0;
        }
        return bytes;
    }

    private static CreateMode createMode(Mode mode) {
        return switch (mode) {
            case PERSISTENT -> CreateMode.PERSISTENT;
            case EPHEMERAL -> CreateMode.EPHEMERAL;
            case EPHEMERAL_SEQUENTIAL -> CreateMode.EPHEMERAL_SEQUENTIAL;
        };
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0
                ? Long.toString(duration.toSeconds())
                : Double.toString(duration.toMillis() / 1000.0);
    }
}
