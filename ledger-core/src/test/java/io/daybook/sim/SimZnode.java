package io.daybook.sim;

import io.daybook.base.seam.MetaStore.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One path of the metadata tree with its last few states, so that a read can be stale. */
final class SimZnode {
    private static final int KEPT = 8;

    private final String path;
    private final @Nullable SimZnode parent;
    private final TreeMap<String, SimZnode> children = new TreeMap<>(); // also the deleted ones, for a while
    private final List<State> states = new ArrayList<>();
    private final Map<SimMetaStore, List<SimMetaStore.Watcher>> watchers = new LinkedHashMap<>();
    private boolean trimmed;
    private int sequence;

    /** What there was from {@code change} on; null if nothing. */
    private record State(long change, @Nullable Node node) {}

    SimZnode(String path, @Nullable SimZnode parent) {
        this.path = path;
        this.parent = parent;
    }

    String path() {
        return path;
    }

    @Nullable
    SimZnode parent() {
        return parent;
    }

    /** The present state. */
    @Nullable
    Node now() {
        return states.isEmpty() ? null : states.get(states.size() - 1).node;
    }

    /** The state after {@code change}, as far back as states are kept. */
    @Nullable
    Node at(long change) {
        for (int i = states.size() - 1; i >= 0; i--) {
            if (states.get(i).change <= change) {
                return states.get(i).node;
            }
        }
        return trimmed ? states.get(0).node : null;
    }

    void become(long change, @Nullable Node node) {
        states.add(new State(change, node));
        if (states.size() > KEPT) {
            states.remove(0);
            trimmed = true;
        }
    }

    /** Takes back what {@code change} did. */
    void undo(long change) {
        states.removeIf(state -> state.change == change);
    }

    int nextSequence() {
        return sequence++;
    }

    @Nullable
    SimZnode child(String name) {
        return children.get(name);
    }

    SimZnode childOrNew(String name) {
        return children.computeIfAbsent(name, n -> new SimZnode(path.equals("/") ? "/" + n : path + "/" + n, this));
    }

    void forget(String name) {
        children.remove(name);
    }

    List<String> namesAt(long change) {
        List<String> names = new ArrayList<>();
        children.forEach((name, child) -> {
            if (child.at(change) != null) {
                names.add(name);
            }
        });
        return List.copyOf(names);
    }

    boolean hasChildren() {
        for (SimZnode child : children.values()) {
            if (child.now() != null) {
                return true;
            }
        }
        return false;
    }

    /** True if nobody needs this object: nothing there, nothing below, nobody watching. */
    boolean forgettable() {
        return now() == null && children.isEmpty() && watchers.isEmpty();
    }

    void watch(SimMetaStore.Watcher watcher) {
        watchers.computeIfAbsent(watcher.client(), client -> new ArrayList<>()).add(watcher);
    }

    void unwatch(SimMetaStore.Watcher watcher) {
        List<SimMetaStore.Watcher> mine = watchers.get(watcher.client());
        if (mine != null && mine.remove(watcher) && mine.isEmpty()) {
            watchers.remove(watcher.client());
        }
    }

    void tellWatchers() {
        for (List<SimMetaStore.Watcher> mine : List.copyOf(watchers.values())) {
            List.copyOf(mine).forEach(SimMetaStore.Watcher::changed);
        }
    }

    Iterable<SimZnode> all() {
        return children.values();
    }
}
