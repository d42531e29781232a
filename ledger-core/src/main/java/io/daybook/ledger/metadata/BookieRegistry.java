package io.daybook.ledger.metadata;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.HostPort;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.ledger.BookieId;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is a bookie of this cluster, who is up, and where. Bookies enter themselves; clients look and {@link #follow}.
 *
 * <p>A bookie that is up owns an ephemeral node: below {@code available} while it takes new ledgers, below {@code available/readonly} while it does not.
 *
 * <p><b>Threads.</b> Safe from any thread; promises complete on the loop named, and fail with {@link MetaException} or {@link
 * MalformedMetadataException}.
 */
public final class BookieRegistry implements AutoCloseable {
    private final MetaStore store;
    private final SettledWrites writes;
    private final CookieStore cookies;
    private final String root;

    private volatile @Nullable LiveMembership live;

    public BookieRegistry(MetaStore store, ClusterLayout layout) {
        this.store = store;
        this.writes = new SettledWrites(store);
        this.cookies = new CookieStore(store, layout);
        this.root = layout.root() + "/available";
    }

    // ---- for clients

    /**
     * Begins to keep the list of bookies up to date, on {@code loop}; to be called once. Completes with the first list, and fails if it could not be
     * read; even then the registry goes on trying.
     */
    public Promise<Membership> follow(Loop loop) {
        LiveMembership begun = new LiveMembership(store, root, loop);
        live = begun;
        return begun.start();
    }

    /** The list as last read; {@link Membership#UNKNOWN} until {@link #follow} has completed. */
    public Membership members() {
        LiveMembership kept = live;
        return kept == null ? Membership.UNKNOWN : kept.members();
    }

    /** Calls {@code changed} on {@code loop} after each change of {@link #members}; only once {@link #follow} was called. */
    public MetaStore.Watch watch(Runnable changed, Loop loop) {
        LiveMembership kept = live;
        if (kept == null) {
            throw new IllegalStateException("nobody follows the list of bookies; call follow first");
        }
        return kept.watch(changed, loop);
    }

    /**
     * Where {@code bookie} listens: from the list if it is in there, else from its node. Fails with NO_NODE when it is not registered, even if its id
     * looks like an address, and when it published no usable address.
     */
    public Promise<HostPort> resolve(BookieId bookie, Loop loop) {
        RegisteredBookie known = members().find(bookie);
        if (known != null && known.address() != null) {
            return Steps.done(loop, known.address());
        }
        return Steps.on(loop, () -> (Promise<HostPort>) find(bookie, loop).thenApply(found -> {
            if (found == null) {
                throw new MetaException(
                        Kind.NO_NODE, "bookie %s is not registered: it is down or unknown".formatted(bookie), null);
            }
            if (found.address() == null) {
                throw new MetaException(
                        Kind.NO_NODE, "bookie %s is registered without a usable address".formatted(bookie), null);
            }
            return found.address();
        }));
    }

    /** The registration of one bookie as it is now, or null if it is not registered. */
    public Promise<@Nullable RegisteredBookie> find(BookieId bookie, Loop loop) {
        return Steps.on(loop, () -> (Promise<@Nullable RegisteredBookie>) store.get(path(bookie, false), loop)
                .thenCompose(node -> node != null
                        ? Steps.<@Nullable RegisteredBookie>done(loop, decoded(bookie, false, node))
                        : store.get(path(bookie, true), loop)
                                .thenApply(retired -> retired == null ? null : decoded(bookie, true, retired))));
    }

    /** All bookies that ever joined and were not decommissioned, up or not: those with a cookie. */
    public Promise<List<BookieId>> all(Loop loop) {
        return cookies.bookies(loop);
    }

    // ---- for bookies

    /**
     * Enters a bookie, or brings its entry up to date, as a node of the present session.
     *
     * @return true once the entry stands; false if another session's does, which must vanish first
     */
    public Promise<Boolean> register(BookieId bookie, BookieServiceInfo info, boolean readOnly, Loop loop) {
        byte[] data = info.encode();
        String path = path(bookie, readOnly);
        SettledWrites.Claim claim = (node, replyLost) -> own(node) && Arrays.equals(node.data(), data);
        return Steps.on(
                loop, () -> (Promise<Boolean>) (readOnly
                                ? writes.ensure(root + "/readonly", loop)
                                : Steps.nothing(loop))
                        .thenCompose(ready -> writes.create(path, data, Mode.EPHEMERAL, claim, loop))
                        .thenCompose(outcome -> {
                            if (!(outcome instanceof WriteOutcome.Conflict other)) {
                                return Steps.done(loop, true);
                            }
                            return own(other.current())
                                    ? writes.cas(path, data, other.current().version(), loop)
                                            .thenApply(updated -> updated instanceof WriteOutcome.Applied)
                                    : Steps.done(loop, false);
                        }));
    }

    /** Moves an entered bookie between the two lists: enters it in the new one first, so that it is never in none. False as in {@link #register}. */
    public Promise<Boolean> move(BookieId bookie, BookieServiceInfo info, boolean readOnly, Loop loop) {
        return (Promise<Boolean>) register(bookie, info, readOnly, loop)
                .thenCompose(entered ->
                        entered ? remove(bookie, !readOnly, loop).thenApply(removed -> true) : Steps.done(loop, false));
    }

    /** Takes a bookie of the present session off both lists. */
    public Promise<Void> unregister(BookieId bookie, Loop loop) {
        return (Promise<Void>) remove(bookie, false, loop).thenCompose(removed -> remove(bookie, true, loop));
    }

    /** The node that {@link #register} makes, for watching it. */
    public String path(BookieId bookie, boolean readOnly) {
        return root + (readOnly ? "/readonly/" : "/") + bookie;
    }

    /** Stops following. The metadata store stays open. */
    @Override
    public void close() {
        LiveMembership kept = live;
        if (kept != null) {
            kept.close();
        }
    }

    private Promise<Void> remove(BookieId bookie, boolean readOnly, Loop loop) {
        String path = path(bookie, readOnly);
        return Steps.on(loop, () -> (Promise<Void>) store.getLinearizable(path, loop)
                .thenCompose(node -> node == null || !own(node)
                        ? Steps.<WriteOutcome>done(loop, WriteOutcome.GONE)
                        : writes.delete(path, node.version(), loop))
                .thenAccept(removed -> {}));
    }

    private boolean own(Node node) {
        return node.ephemeralOwner() == store.sessionId();
    }

    private static RegisteredBookie decoded(BookieId bookie, boolean readOnly, Node node) {
        return RegisteredBookie.of(bookie, readOnly, BookieServiceInfo.decode(bookie, node.data()));
    }
}
