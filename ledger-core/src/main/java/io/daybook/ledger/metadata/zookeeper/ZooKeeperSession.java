package io.daybook.ledger.metadata.zookeeper;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.MetaStore.Session;
import io.daybook.base.seam.MetaStore.SessionListener;
import io.daybook.base.seam.MetaStore.Watch;
import io.daybook.ledger.metadata.MetadataUri;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session with ZooKeeper: begun again by Curator when the server says that it expired, or after as long without an answer.
 *
 * <p><b>Threads.</b> Safe from any thread. Changes arrive on Curator's thread, one after the other; listeners run on their loops.
 */
final class ZooKeeperSession {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperSession.class);
    private static final String ANSWER_BYTES_MAX = Integer.toString(64 << 20); // the children of one node at most

    private final CuratorFramework curator;
    private final Consumer<ZooKeeper> connected;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    private volatile @Nullable ZooKeeper live; // null while no server answers
    private volatile long id; // of the last session that was connected; written on Curator's thread
    private volatile boolean closed;

    private record Listener(SessionListener told, Loop loop) {}

    /** @param connected called on Curator's thread after each new connection, of the same session or a new one */
    ZooKeeperSession(MetadataUri uri, Duration timeout, Consumer<ZooKeeper> connected) {
        this.connected = connected;
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKConfig.JUTE_MAXBUFFER, ANSWER_BYTES_MAX);
        this.curator = CuratorFrameworkFactory.builder()
                .connectString(uri.connectString())
                .sessionTimeoutMs(Math.toIntExact(timeout.toMillis()))
                .connectionTimeoutMs(Math.toIntExact(timeout.toMillis()))
                .retryPolicy((count, elapsed, sleeper) -> false)
                .ensembleTracker(false) // the servers are those of the URI
                .zkClientConfig(config)
                .build();
    }

    void start() {
        curator.getConnectionStateListenable().addListener((client, state) -> changed(state));
        curator.start();
    }

    /** The connection to use now, or null while no server answers. */
    @Nullable
    ZooKeeper live() {
        return live;
    }

    long id() {
        return id;
    }

    boolean closed() {
        return closed;
    }

    Watch watch(SessionListener told, Loop loop) {
        Listener listener = new Listener(told, loop);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void close() {
        closed = true;
        live = null;
        curator.close();
        tell(Session.CLOSED);
    }

    private void changed(ConnectionState state) {
        if (closed) {
            return;
        }
        if (!state.isConnected()) {
            if (live != null) {
                live = null;
                LOG.warn("no ZooKeeper server answers; ledgers that are open go on, nothing new can be created");
                tell(Session.SUSPENDED);
            }
            return;
        }
        ZooKeeper zooKeeper;
        try {
            zooKeeper = curator.getZookeeperClient().getZooKeeper();
        } catch (Exception lostAgain) { // what Curator declares; another change of state follows
            LOG.debug("the connection was lost before it could be used", lostAgain);
            return;
        }
        long before = id;
        id = zooKeeper.getSessionId();
        live = zooKeeper;
        boolean renewed = before != 0 && before != id;
        if (before != 0) {
            LOG.info(
                    "connected to ZooKeeper again, {}",
                    renewed ? "in a new session: the old one expired" : "in the same session");
        }
        tell(renewed ? Session.RENEWED : Session.CONNECTED);
        connected.accept(zooKeeper);
    }

    private void tell(Session state) {
        for (Listener listener : listeners) {
            post(listener.loop(), () -> listener.told().onSession(state));
        }
    }

    /** Runs {@code task} on {@code loop}, unless that was closed: then nobody waits any more. */
    static void post(Loop loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException loopClosed) {
            LOG.debug("an answer came after {} had closed", loop.name());
        }
    }
}
