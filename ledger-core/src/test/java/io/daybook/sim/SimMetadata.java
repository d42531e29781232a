package io.daybook.sim;

import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.base.seam.MetaStore.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The metadata service: a linearizable tree that all {@link SimMetaStore}s share, and what can be done to it. */
public final class SimMetadata {
    private static final long FORGET_NANOS = 60_000_000_000L; // a deleted node can be read stale this long

    private final SimWorld world;
    private final SimZnode root = new SimZnode("/", null);
    private final Map<Long, SimMetaStore> sessions = new LinkedHashMap<>();
    private final List<Runnable> outageWatchers = new ArrayList<>();
    private Duration sessionTimeout = Duration.ofSeconds(10);
    private long change;
    private long nextSession = 1_000;
    private boolean outage;
    private @Nullable Boolean loseNext;

    SimMetadata(SimWorld world) {
        this.world = world;
        root.become(0, new Node(new byte[0], 0, 0, 0, 0));
    }

    // ---- what tests do to it

    /** No request is served while {@code on}; sessions live on. */
    public void outage(boolean on) {
        if (outage != on) {
            world.note(SimWorld.METADATA, "outage", on ? 1 : 0, 0);
            outage = on;
            List.copyOf(outageWatchers).forEach(Runnable::run);
        }
    }

    /** Ends the present session of {@code node}; its ephemeral nodes vanish, and it learns of that soon. */
    public void expireSession(String node) {
        for (SimMetaStore client : List.copyOf(sessions.values())) {
            if (client.node().name().equals(node)) {
                client.expire();
            }
        }
    }

    /** The reply to the next write is lost, after it was applied or instead. */
    public void loseNextReply(boolean applied) {
        loseNext = applied;
    }

    /** How long a session outlives the connection; 10 s unless set. */
    public void sessionTimeout(Duration timeout) {
        sessionTimeout = timeout;
    }

    /** The node as it is now, for observers; null if there is none. */
    public @Nullable Node node(String path) {
        SimZnode found = find(path);
        return found == null ? null : found.now();
    }

    /** Names below {@code path} as they are now, for observers. */
    public List<String> children(String path) {
        SimZnode found = find(path);
        return found == null || found.now() == null ? List.of() : found.namesAt(change);
    }

    /** Grows with each change of any node: spares observers looking when there is nothing new. */
    public long changes() {
        return change;
    }

    /** Sessions that have not ended. */
    public int sessionCount() {
        return sessions.size();
    }

    // ---- for the clients

    boolean isOut() {
        return outage;
    }

    void watchOutage(Runnable changed) {
        outageWatchers.add(changed);
    }

    void unwatchOutage(Runnable changed) {
        outageWatchers.remove(changed);
    }

    Duration sessionTimeout() {
        return sessionTimeout;
    }

    /** Null, or whether the write whose reply gets lost shall be applied; asked once per write. */
    @Nullable
    Boolean loseReply() {
        Boolean forced = loseNext;
        loseNext = null;
        if (forced != null) {
            return forced;
        }
        return world.strikes(SimFault.META_LOST_REPLY, world.faults().metaLostReply)
                ? world.chaos().flip()
                : null;
    }

    long change() {
        return change;
    }

    long openSession(SimMetaStore client) {
        long session = nextSession++;
        sessions.put(session, client);
        return session;
    }

    boolean isOpen(long session) {
        return sessions.containsKey(session);
    }

    /** Ends the session and removes its ephemeral nodes. */
    void endSession(long session) {
        if (sessions.remove(session) == null) {
            return;
        }
        world.note(SimWorld.METADATA, "session ends", session, 0);
        List<SimZnode> owned = new ArrayList<>();
        collect(root, session, owned);
        if (!owned.isEmpty()) {
            change++;
            Set<SimZnode> touched = new LinkedHashSet<>();
            for (SimZnode node : owned) {
                remove(node, touched);
            }
            touched.forEach(SimZnode::tellWatchers);
        }
    }

    @Nullable
    Node get(String path, long at) {
        SimZnode found = find(path);
        return found == null ? null : found.at(at);
    }

    @Nullable
    List<String> children(String path, long at) {
        SimZnode found = find(path);
        return found == null || found.at(at) == null ? null : found.namesAt(at);
    }

    String create(String path, byte[] data, Mode mode, long session) {
        String[] made = new String[1];
        write(touched -> made[0] = create(path, data, mode, session, touched));
        return made[0];
    }

    /** Makes the path's missing nodes; each is a write of its own in ZooKeeper, here all are one. */
    void ensure(String path) {
        write(touched -> {
            for (int slash = path.indexOf('/', 1); ; slash = path.indexOf('/', slash + 1)) {
                String upTo = slash < 0 ? path : path.substring(0, slash);
                SimZnode found = find(upTo);
                if (found == null || found.now() == null) {
                    create(upTo, new byte[0], Mode.PERSISTENT, 0, touched);
                }
                if (slash < 0) {
                    break;
                }
            }
        });
    }

    int set(String path, byte[] data, int expectedVersion) {
        int[] version = new int[1];
        write(touched -> version[0] = set(path, data, expectedVersion, touched));
        return version[0];
    }

    void delete(String path, int expectedVersion) {
        write(touched -> delete(path, expectedVersion, touched));
    }

    void multi(List<Op> operations, long session) {
        write(touched -> {
            for (Op op : operations) {
                if (op instanceof Op.Create create) {
                    create(create.path(), create.data(), create.mode(), session, touched);
                } else if (op instanceof Op.Set set) {
                    set(set.path(), set.data(), set.expectedVersion(), touched);
                } else if (op instanceof Op.Delete delete) {
                    delete(delete.path(), delete.expectedVersion(), touched);
                } else if (op instanceof Op.CheckVersion check) {
                    require(check.path(), check.expectedVersion());
                }
            }
        });
    }

    /** The place of {@code path}, made for a watcher if there never was one. */
    SimZnode place(String path) {
        SimZnode at = root;
        for (String step : steps(path)) {
            at = at.childOrNew(step);
        }
        return at;
    }

    void heal() {
        loseNext = null;
        outage(false);
    }

    // ---- private parts

    private interface Write {
        void on(Set<SimZnode> touched);
    }

    /** All or nothing; watchers are told once it is all. */
    private void write(Write write) {
        change++;
        Set<SimZnode> touched = new LinkedHashSet<>();
        try {
            write.on(touched);
        } catch (MetaException refused) {
            for (SimZnode node : touched) {
                node.undo(change);
            }
            throw refused;
        }
        touched.forEach(SimZnode::tellWatchers);
    }

    private String create(String path, byte[] data, Mode mode, long session, Set<SimZnode> touched) {
        int slash = path.lastIndexOf('/');
        String parentPath = slash == 0 ? "/" : path.substring(0, slash);
        SimZnode parent = find(parentPath);
        Node parentNow = parent == null ? null : parent.now();
        if (parentNow == null) {
            throw refused(MetaException.Kind.NO_NODE, "cannot create %s: there is no %s".formatted(path, parentPath));
        }
        String name = path.substring(slash + 1);
        if (mode == Mode.EPHEMERAL_SEQUENTIAL) {
            name += "%010d".formatted(parent.nextSequence());
        }
        SimZnode node = parent.childOrNew(name);
        if (node.now() != null) {
            throw refused(MetaException.Kind.NODE_EXISTS, "cannot create %s: it exists".formatted(node.path()));
        }
        long owner = mode == Mode.PERSISTENT ? 0 : session;
        touched.add(node);
        node.become(change, new Node(data.clone(), 0, 0, world.now() / 1_000_000, owner));
        childrenChanged(parent, parentNow, touched);
        return node.path();
    }

    private int set(String path, byte[] data, int expectedVersion, Set<SimZnode> touched) {
        SimZnode node = require(path, expectedVersion);
        Node old = node.now();
        touched.add(node);
        node.become(
                change,
                new Node(
                        data.clone(),
                        old.version() + 1,
                        old.childrenVersion(),
                        old.createdMillis(),
                        old.ephemeralOwner()));
        return old.version() + 1;
    }

    private void delete(String path, int expectedVersion, Set<SimZnode> touched) {
        SimZnode node = require(path, expectedVersion);
        if (node.hasChildren()) {
            throw refused(MetaException.Kind.NOT_EMPTY, "cannot delete %s: it has children".formatted(path));
        }
        remove(node, touched);
    }

    private void remove(SimZnode node, Set<SimZnode> touched) {
        SimZnode parent = node.parent();
        touched.add(node);
        node.become(change, null);
        childrenChanged(parent, parent.now(), touched);
        world.after(FORGET_NANOS, true, () -> {
            if (node.forgettable()) {
                parent.forget(node.path().substring(node.path().lastIndexOf('/') + 1));
            }
        });
    }

    private void childrenChanged(SimZnode parent, Node was, Set<SimZnode> touched) {
        touched.add(parent);
        parent.become(
                change,
                new Node(
                        was.data(),
                        was.version(),
                        was.childrenVersion() + 1,
                        was.createdMillis(),
                        was.ephemeralOwner()));
    }

    private SimZnode require(String path, int expectedVersion) {
        SimZnode node = find(path);
        Node now = node == null ? null : node.now();
        if (now == null) {
            throw refused(MetaException.Kind.NO_NODE, "there is no node %s".formatted(path));
        }
        if (expectedVersion != -1 && expectedVersion != now.version()) {
            throw refused(
                    MetaException.Kind.BAD_VERSION,
                    "node %s has version %d, not %d".formatted(path, now.version(), expectedVersion));
        }
        return node;
    }

    private @Nullable SimZnode find(String path) {
        SimZnode at = root;
        for (String step : steps(path)) {
            at = at.child(step);
            if (at == null) {
                return null;
            }
        }
        return at;
    }

    private static String[] steps(String path) {
        if (path.equals("/")) {
            return new String[0];
        }
        if (!path.startsWith("/") || path.endsWith("/") || path.contains("//")) {
            throw refused(
                    MetaException.Kind.REFUSED, "'%s' is not an absolute path without a trailing /".formatted(path));
        }
        return path.substring(1).split("/");
    }

    private static void collect(SimZnode at, long session, List<SimZnode> owned) {
        Node now = at.now();
        if (now != null && now.ephemeralOwner() == session) {
            owned.add(at);
        }
        for (SimZnode child : at.all()) {
            collect(child, session, owned);
        }
    }

    private static MetaException refused(MetaException.Kind kind, String sentence) {
        return new MetaException(kind, sentence, null);
    }
}
