package io.daybook.ledger.metadata;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.ledger.BookieId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The list of registered bookies, kept by watches: each hint of a change has the whole list read again. Belongs to its loop, but for {@link #members}
 * and {@link #watch}.
 *
 * <p>When a read fails the last list stays in use, marked as not current, and the read is tried again: an outage of the metadata store takes no bookie
 * away from a writer. A bookie leaves the list when two reads in a row did not find it: one read takes several steps, between which a bookie that changes
 * from the writable to the read-only ones, or back, can slip from what is still to be read into what was read already.
 */
final class LiveMembership {
    private static final Logger LOG = LoggerFactory.getLogger(LiveMembership.class);
    private static final int READS_MAX = 32;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final MetaStore store;
    private final String root;
    private final Loop loop;
    private final Promise<Membership> first;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>(); // any thread
    private final SortedMap<String, MetaStore.Watch> watches = new TreeMap<>(); // by node

    private volatile Membership members = Membership.UNKNOWN; // written on the loop

    private @Nullable Round round; // the read under way
    private Set<BookieId> doubted = Set.of(); // on the list still, though the last read did not find them
    private boolean again; // something changed since it began
    private boolean closed;

    private record Listener(Runnable changed, Loop loop) {}

    LiveMembership(MetaStore store, String root, Loop loop) {
        this.store = store;
        this.root = root;
        this.loop = loop;
        this.first = loop.promise();
    }

    /** Begins; completes once the list was read for the first time, or fails if it could not be. */
    Promise<Membership> start() {
        loop.run(() -> {
            watch(root);
            watch(root + "/readonly");
            read();
        });
        return first;
    }

    Membership members() {
        return members;
    }

    MetaStore.Watch watch(Runnable changed, Loop on) {
        Listener listener = new Listener(changed, on);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void close() {
        loop.run(() -> {
            closed = true;
            watches.values().forEach(MetaStore.Watch::close);
            watches.clear();
            first.completeExceptionally(new MetaException(Kind.REFUSED, "the list of bookies was closed", null));
        });
    }

    private void watch(String node) {
        watches.computeIfAbsent(node, path -> store.watch(path, this::read, loop));
    }

    private void read() {
        if (closed) {
            return;
        }
        if (round != null) {
            again = true;
            return;
        }
        again = false;
        Round begun = new Round();
        round = begun;
        Futures.whenDone(begun.result, loop, (read, failure) -> {
            round = null;
            if (closed) {
                return;
            }
            if (failure != null) {
                failed(failure);
            } else if (read != null) {
                finished(read, begun.nodes);
            }
        });
        begun.start();
    }

    private void finished(Membership read, Set<String> nodes) {
        watches.entrySet().removeIf(watch -> {
            boolean gone = watch.getKey().startsWith(root + "/") && !nodes.contains(watch.getKey());
            if (gone) {
                watch.getValue().close();
            }
            return gone;
        });
        Set<BookieId> gone = members.without(read);
        boolean sure = doubted.containsAll(gone);
        Membership next = sure ? read : read.keeping(gone, members);
        doubted = sure ? Set.of() : gone;
        if (!next.equals(members)) {
            publish(next);
        }
        first.complete(next);
        if (again || !sure) {
            read();
        }
    }

    private void failed(Throwable failure) {
        if (members.current()) {
            LOG.warn(
                    "the list of bookies below {} cannot be read, going on with the last one: {}",
                    root,
                    failure.getMessage());
        }
        publish(members.frozen());
        first.completeExceptionally(failure);
        loop.schedule(RETRY_NANOS, this::read);
    }

    private void publish(Membership next) {
        if (next != members) {
            members = next;
            for (Listener listener : listeners) {
                listener.loop().execute(listener.changed());
            }
        }
    }

    /** One reading of the whole list. */
    private final class Round {
        private final Promise<Membership> result = loop.promise();
        private final SortedMap<BookieId, RegisteredBookie> writable = new TreeMap<>();
        private final SortedMap<BookieId, RegisteredBookie> readOnly = new TreeMap<>();
        private final Deque<String> waiting = new ArrayDeque<>();
        private final Set<String> nodes = new TreeSet<>(Set.of(root + "/readonly")); // whose changes matter
        private int reading;

        void start() {
            var names = store.getLinearizable(root, loop) // else a stale read could hide the change we were told of
                    .thenCompose(parent -> store.children(root, loop))
                    .thenCompose(available -> {
                        add(root, available);
                        return store.children(root + "/readonly", loop);
                    });
            Futures.whenDone(names, loop, (retired, failure) -> {
                if (failure != null) {
                    result.completeExceptionally(failure);
                } else {
                    add(root + "/readonly", retired);
                    go();
                }
            });
        }

        private void add(String parent, @Nullable List<String> names) {
            if (names == null) {
                if (parent.equals(root)) {
                    throw new MetaException(Kind.NO_NODE, "there is no cluster: node " + root + " is missing", null);
                }
                return;
            }
            for (String name : names) {
                if (BookieId.valid(name)) {
                    nodes.add(parent + "/" + name);
                    waiting.add(parent + "/" + name);
                }
            }
        }

        private void go() {
            while (reading < READS_MAX && !waiting.isEmpty() && !result.isDone()) {
                String node = waiting.remove();
                watch(node); // before the read, so that no change falls between the two
                reading++;
                Futures.whenDone(store.get(node, loop), loop, (found, failure) -> {
                    reading--;
                    if (failure != null) {
                        result.completeExceptionally(failure);
                    } else {
                        if (found != null) {
                            register(node, found.data());
                        }
                        go();
                    }
                });
            }
            if (reading == 0 && waiting.isEmpty() && !result.isDone()) {
                readOnly.keySet().forEach(writable::remove);
                result.complete(new Membership(writable, readOnly, true));
            }
        }

        private void register(String node, byte[] data) {
            boolean retired = node.startsWith(root + "/readonly/");
            BookieId id = new BookieId(node.substring(node.lastIndexOf('/') + 1));
            try {
                RegisteredBookie bookie = RegisteredBookie.of(id, retired, BookieServiceInfo.decode(id, data));
                (retired ? readOnly : writable).put(id, bookie);
            } catch (MalformedMetadataException unreadable) {
                LOG.warn("bookie {} is left out of the list: {}", id, unreadable.getMessage());
            }
        }
    }
}
