package io.daybook.ledger.metadata;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * One walk over the ledger nodes of a cluster, a bounded number of nodes at a time. Belongs to its loop.
 *
 * <p>A parent that vanishes during the walk held no ledger when it did; any other failure fails the walk, which never comes out short (R66).
 */
final class LedgerWalk {
    private static final int READS_MAX = 64;

    private final MetaStore store;
    private final ClusterLayout layout;
    private final Loop loop;
    private final Promise<long[]> ids;
    private final Deque<Visit> waiting = new ArrayDeque<>();

    private long[] found = new long[1024];
    private int count;
    private int reading;

    /** A parent of ledger nodes, or of such parents: {@code levels} are the digits of the names below it, level by level. */
    private record Visit(String path, List<Integer> levels) {}

    LedgerWalk(MetaStore store, ClusterLayout layout, Loop loop) {
        this.store = store;
        this.layout = layout;
        this.loop = loop;
        this.ids = loop.promise();
    }

    /** Walks, and completes with all ids in ascending order. */
    Promise<long[]> ids() {
        var names = store.getLinearizable(layout.root(), loop) // later reads of this session see nothing older
                .thenCompose(root -> store.children(layout.root(), loop));
        Futures.whenDone(names, loop, (children, failure) -> {
            if (failure != null) {
                ids.completeExceptionally(failure);
            } else if (children == null) {
                ids.completeExceptionally(
                        new MetaException(Kind.NO_NODE, "there is no cluster at " + layout.root(), null));
            } else {
                children.forEach(this::top);
                go();
            }
        });
        return ids;
    }

    private void top(String name) {
        if (layout.tree().top(name)) {
            waiting.add(new Visit(layout.root() + "/" + name, layout.tree().shape(name)));
        } else {
            ledger(layout.root() + "/" + name);
        }
    }

    private void go() {
        while (reading < READS_MAX && !waiting.isEmpty() && !ids.isDone()) {
            Visit visit = waiting.removeLast(); // depth first keeps the queue short
            reading++;
            Futures.whenDone(store.children(visit.path(), loop), loop, (names, failure) -> {
                reading--;
                if (failure != null) {
                    ids.completeExceptionally(failure);
                } else {
                    if (names != null) {
                        names.forEach(name -> below(visit, name));
                    }
                    go();
                }
            });
        }
        if (reading == 0 && waiting.isEmpty() && !ids.isDone()) {
            long[] all = Arrays.copyOf(found, count);
            Arrays.sort(all);
            ids.complete(all);
        }
    }

    private void below(Visit visit, String name) {
        String path = visit.path() + "/" + name;
        int digits = visit.levels().get(0);
        if (visit.levels().size() == 1) {
            ledger(path);
        } else if (LedgerTree.digits(name, digits)) {
            waiting.add(new Visit(path, visit.levels().subList(1, visit.levels().size())));
        }
    }

    private void ledger(String path) {
        long id = layout.tree().ledgerAt(path.substring(layout.root().length()));
        if (id >= 0) {
            if (count == found.length) {
                found = Arrays.copyOf(found, count * 2);
            }
            found[count++] = id;
        }
    }
}
