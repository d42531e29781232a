package io.daybook.ledger.metadata.zookeeper;

import io.daybook.base.exec.Loop;
import io.daybook.base.seam.MetaStore.Watch;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watches of one client: one persistent watch per node at the server, however many want to be told, put up again with each new connection.
 *
 * <p><b>Threads.</b> Safe from any thread. A lock guards the table, because a watch must be on its way to the server before the caller reads the node
 * over the same connection; nothing is called inside it but ZooKeeper's queueing of requests.
 */
final class ZooKeeperWatches implements Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperWatches.class);

    private final SortedMap<String, List<Registration>> byPath = new TreeMap<>(); // guarded by this
    private @Nullable ZooKeeper server; // guarded by this; the last connection

    /** Begins to call {@code changed}. */
    synchronized Watch add(String path, Runnable changed, Loop loop) {
        Registration registration = new Registration(path, changed, loop);
        List<Registration> all = byPath.computeIfAbsent(path, unwatched -> new ArrayList<>());
        all.add(registration);
        if (all.size() == 1 && server != null) {
            arm(server, path);
        }
        return registration;
    }

    /** A connection stands: puts up every watch. */
    synchronized void connected(ZooKeeper zooKeeper) {
        server = zooKeeper;
        byPath.keySet().forEach(path -> arm(zooKeeper, path));
    }

    @Override
    public void process(WatchedEvent event) {
        if (event.getType() != Event.EventType.None) { // changes of the session come another way
            call(event.getPath());
        }
    }

    /** Asks for a watch, and calls everybody once it stands: a change on another connection may have come before it. */
    private void arm(ZooKeeper zooKeeper, String path) {
        zooKeeper.addWatch(
                path,
                this,
                AddWatchMode.PERSISTENT,
                (rc, asked, context) -> {
                    Code code = Code.get(rc);
                    if (code != Code.OK && !Replies.lost(code)) {
                        LOG.warn("node {} cannot be watched: ZooKeeper answered {}", asked, code);
                    } else if (code == Code.OK) { // a lost reply is made good by the next connection
                        call(path);
                    }
                },
                null);
    }

    private void call(String path) {
        List<Registration> told;
        synchronized (this) {
            told = List.copyOf(byPath.getOrDefault(path, List.of()));
        }
        told.forEach(Registration::call);
    }

    private synchronized void remove(Registration registration) {
        List<Registration> all = byPath.get(registration.path);
        if (all == null || !all.remove(registration) || !all.isEmpty()) {
            return;
        }
        byPath.remove(registration.path);
        if (server != null) {
            server.removeWatches(
                    registration.path,
                    this,
                    WatcherType.Any,
                    true, // forget it here even if the server cannot be told
                    (rc, path, context) -> LOG.trace("no longer watching {}: {}", path, Code.get(rc)),
                    null);
        }
    }

    /** Somebody who wants to be told. */
    private final class Registration implements Watch {
        private final String path;
        private final Runnable changed;
        private final Loop loop;
        private volatile boolean stopped;

        Registration(String path, Runnable changed, Loop loop) {
            this.path = path;
            this.changed = changed;
            this.loop = loop;
        }

        void call() {
            ZooKeeperSession.post(loop, () -> {
                if (!stopped) {
                    changed.run();
                }
            });
        }

        @Override
        public void close() {
            stopped = true;
            remove(this);
        }
    }
}
