package io.daybook.ledger.metadata;

import io.daybook.base.exec.Futures;
import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.ledger.LedgerId;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives out ledger ids that were never given out before (R3), by the sequence numbers the metadata store puts on nodes.
 *
 * <p>Below 2^31 − 1 the sequence number of a node in {@code idgen} is the id. Where that ends, {@code idgen-long} takes over: its {@code HOB-}
 * nodes are the high 32 bits, the sequence number inside is the low half. An id whose reply was lost is never used.
 *
 * <p><b>Threads.</b> Safe from any thread; promises complete on the loop named and fail with {@link MetaException}.
 */
public final class LedgerIdGenerator {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerIdGenerator.class);
    private static final byte[] EMPTY = {};
    private static final String HIGH = "HOB-";
    private static final int HIGH_NODES_KEPT = 3;
    private static final int ATTEMPTS_MAX = 16; // lost replies in a row before the caller hears of it

    private final MetaStore store;
    private final SettledWrites writes;
    private final ClusterLayout layout;

    private volatile boolean beyondShort; // never goes back: idgen-long is never removed

    private volatile boolean shortKnown;

    public LedgerIdGenerator(MetaStore store, ClusterLayout layout) {
        this.store = store;
        this.writes = new SettledWrites(store);
        this.layout = layout;
    }

    /** The next id. */
    public Promise<LedgerId> next(Loop loop) {
        return Steps.on(loop, () -> {
            if (beyondShort) {
                return nextLong(loop);
            }
            if (shortKnown || !canBeLong()) {
                return nextShort(loop);
            }
            return (Promise<LedgerId>) store.get(longRoot(), loop).thenCompose(node -> {
                beyondShort = node != null;
                shortKnown = true;
                return node == null ? nextShort(loop) : nextLong(loop);
            });
        });
    }

    private Promise<LedgerId> nextShort(Loop loop) {
        boolean flat = layout.tree() == LedgerTree.FLAT;
        String parent = flat ? layout.root() : layout.root() + "/idgen";
        return (Promise<LedgerId>) sequence(parent, ATTEMPTS_MAX, loop).thenCompose(number -> {
            if (number >= 0 && number < Integer.MAX_VALUE) {
                return Steps.done(loop, new LedgerId(number));
            }
            if (!canBeLong()) {
                throw new MetaException(
                        Kind.REFUSED,
                        "no ledger ids are left below %s: the %s layout ends at 2147483646"
                                .formatted(layout.root(), layout.tree().uriName()),
                        null);
            }
            return writes.ensure(longRoot(), loop).thenCompose(made -> {
                beyondShort = true;
                return nextLong(loop);
            });
        });
    }

    private Promise<LedgerId> nextLong(Loop loop) {
        return (Promise<LedgerId>) store.children(longRoot(), loop).thenCompose(names -> {
            List<String> highs = names == null ? List.of() : highNodes(names);
            return highs.isEmpty()
                    ? openHigh(1, loop).thenCompose(made -> nextIn(1, loop))
                    : nextIn(highOf(highs.get(highs.size() - 1)), loop);
        });
    }

    private Promise<LedgerId> nextIn(long high, Loop loop) {
        return (Promise<LedgerId>) sequence(highPath(high), ATTEMPTS_MAX, loop).thenCompose(low -> {
            if (low >= 0 && low <= Integer.MAX_VALUE) {
                return Steps.done(loop, new LedgerId(high << 32 | low));
            }
            if (high + 1 > Integer.MAX_VALUE) {
                throw new MetaException(
                        Kind.REFUSED, "all ledger ids below %s are used up".formatted(layout.root()), null);
            }
            return openHigh(high + 1, loop).thenCompose(made -> nextIn(high + 1, loop));
        });
    }

    private Promise<Void> openHigh(long high, Loop loop) {
        return (Promise<Void>) writes.ensure(highPath(high), loop)
                .thenCompose(made -> store.children(longRoot(), loop))
                .thenAccept(names -> {
                    List<String> highs = names == null ? List.of() : highNodes(names);
                    for (String old : highs.subList(0, Math.max(0, highs.size() - HIGH_NODES_KEPT))) {
                        drop(longRoot() + "/" + old, 0, loop);
                    }
                });
    }

    /** Makes a sequential node below {@code parent}, forgets it again, and completes with its number. */
    private Promise<Long> sequence(String parent, int attemptsLeft, Loop loop) {
        Promise<String> made = store.create(parent + "/ID-", EMPTY, Mode.EPHEMERAL_SEQUENTIAL, loop);
        return Steps.after(made, (path, failure) -> {
            Kind kind = Steps.kind(failure);
            if (path != null) {
                drop(path, 0, loop); // not waited for: it goes with the session at the latest
                return Steps.done(loop, number(path));
            }
            if (kind == Kind.AMBIGUOUS && attemptsLeft > 1) {
                return sequence(parent, attemptsLeft - 1, loop); // that number, if any, is lost for good
            }
            if (kind == Kind.NO_NODE && attemptsLeft > 1) {
                return (Promise<Long>)
                        writes.ensure(parent, loop).thenCompose(parentMade -> sequence(parent, attemptsLeft - 1, loop));
            }
            return (Promise<Long>) made.thenApply(this::number);
        });
    }

    private long number(String path) {
        try {
            return Long.parseLong(
                    path.substring(path.lastIndexOf("/ID-") + 4)); // negative once the store's counter has run over
        } catch (NumberFormatException notANumber) {
            throw new MalformedMetadataException(
                    "the metadata store made the sequential node %s, which ends in no number".formatted(path),
                    notANumber);
        }
    }

    private void drop(String path, int version, Loop loop) {
        Futures.whenDone(store.delete(path, version, loop), loop, (deleted, failure) -> {
            if (failure != null) {
                LOG.debug("node {} stays for now: {}", path, failure.getMessage());
            }
        });
    }

    private static List<String> highNodes(List<String> names) {
        return names.stream()
                .filter(name -> name.startsWith(HIGH) && LedgerTree.digits(name.substring(HIGH.length()), 10))
                .sorted()
                .toList();
    }

    private static long highOf(String name) {
        return Long.parseLong(name.substring(HIGH.length()));
    }

    private String highPath(long high) {
        return longRoot() + "/" + HIGH + "%010d".formatted(high);
    }

    private String longRoot() {
        return layout.root() + "/idgen-long";
    }

    private boolean canBeLong() {
        return layout.tree() == LedgerTree.HIERARCHICAL || layout.tree() == LedgerTree.LONG_HIERARCHICAL;
    }
}
