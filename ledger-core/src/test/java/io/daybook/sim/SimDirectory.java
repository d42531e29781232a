package io.daybook.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A directory: the names that are seen, those on the medium, and the changes between. */
final class SimDirectory {
    private TreeMap<String, Object> live = new TreeMap<>(); // SimInode or SimDirectory
    private final TreeMap<String, Object> durable = new TreeMap<>();
    private final List<Change> pending = new ArrayList<>();

    /** One change of names; a rename is one change, in the directory of the new name. */
    private interface Change {
        void apply();
    }

    @Nullable
    Object get(String name) {
        return live.get(name);
    }

    List<String> names() {
        return List.copyOf(live.keySet());
    }

    boolean isEmpty() {
        return live.isEmpty();
    }

    Iterable<Object> entries() {
        return live.values();
    }

    Iterable<Object> durableEntries() {
        return durable.values();
    }

    void put(String name, Object entry) {
        live.put(name, entry);
        pending.add(() -> durable.put(name, entry));
    }

    void remove(String name) {
        Object entry = live.remove(name);
        pending.add(() -> durable.remove(name, entry));
    }

    /** Moves {@code from} of this directory to {@code name} of {@code target}. */
    void rename(String from, SimDirectory target, String name) {
        Object entry = live.remove(from);
        target.live.put(name, entry);
        Change change = new Change() {
            private boolean done;

            @Override
            public void apply() {
                if (!done) {
                    done = true;
                    durable.remove(from, entry);
                    target.durable.put(name, entry);
                }
            }
        };
        target.pending.add(change);
        if (target != this) {
            pending.add(change); // one fact, which the sync of either directory saves
        }
    }

    void sync() {
        pending.forEach(Change::apply);
        pending.clear();
    }

    /** Chooses, for this directory, which of its pending changes the medium got. */
    void choose(SimDisk.CrashOutcome outcome, SimRandom random) {
        int n = pending.size();
        switch (outcome) {
            case ALL -> sync();
            case NONE -> {}
            case PREFIX, TORN -> {
                int kept = random.below(n + 1);
                for (int i = 0; i < kept; i++) {
                    pending.get(i).apply();
                }
            }
            case WRITES, SECTORS ->
                pending.forEach(change -> {
                    if (random.flip()) {
                        change.apply();
                    }
                });
        }
        pending.clear();
    }

    /** After all directories have chosen: only what is on the medium is seen. */
    void forget() {
        live = new TreeMap<>(durable);
    }
}
