package io.daybook.ledger.metadata;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Node;
import io.daybook.ledger.BookieId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cookies of all bookies the cluster ever had, one node each.
 *
 * <p><b>Threads.</b> Safe from any thread; promises complete on the loop named, and fail with {@link io.daybook.base.seam.MetaException} or {@link
 * MalformedMetadataException}.
 */
public final class CookieStore {
    private final MetaStore store;
    private final SettledWrites writes;
    private final String root;

    public CookieStore(MetaStore store, ClusterLayout layout) {
        this.store = store;
        this.writes = new SettledWrites(store);
        this.root = layout.root() + "/cookies";
    }

    /** The path of a bookie's cookie, for {@link MetaStore#multi} and messages. */
    public String path(BookieId bookie) {
        return root + "/" + bookie;
    }

    /** Makes the node above all cookies, should it be missing. */
    public Promise<Void> prepare(Loop loop) {
        return writes.ensure(root, loop);
    }

    /** The cookie as of some moment after the call, or null if the bookie has none. */
    public Promise<@Nullable Versioned<Cookie>> read(BookieId bookie, Loop loop) {
        return Steps.on(loop, () -> (Promise<@Nullable Versioned<Cookie>>) store.getLinearizable(path(bookie), loop)
                .thenApply(node -> node == null ? null : decoded(bookie, node)));
    }

    /** Gives a bookie its first cookie; Conflict if it has one. */
    public Promise<WriteOutcome> create(Cookie cookie, Loop loop) {
        byte[] data = cookie.encode();
        return Steps.on(loop, () -> {
            Promise<WriteOutcome> made = create(cookie.bookie(), data, loop);
            return Steps.after(
                    made,
                    (outcome, failure) -> Steps.kind(failure) != Kind.NO_NODE
                            ? made
                            : (Promise<WriteOutcome>)
                                    prepare(loop).thenCompose(parent -> create(cookie.bookie(), data, loop)));
        });
    }

    /** Replaces a cookie that still has the version the decision was based on. */
    public Promise<WriteOutcome> update(Cookie cookie, int expectedVersion, Loop loop) {
        return writes.cas(path(cookie.bookie()), cookie.encode(), expectedVersion, loop);
    }

    /** Removes a cookie that still has the version the decision was based on. */
    public Promise<WriteOutcome> delete(BookieId bookie, int expectedVersion, Loop loop) {
        return writes.delete(path(bookie), expectedVersion, loop);
    }

    /** All bookies that have a cookie, in the order of their ids. */
    public Promise<List<BookieId>> bookies(Loop loop) {
        return Steps.on(loop, () -> (Promise<List<BookieId>>) store.children(root, loop)
                .thenApply(names -> names == null
                        ? List.<BookieId>of()
                        : names.stream()
                                .filter(BookieId::valid)
                                .map(BookieId::new)
                                .toList()));
    }

    private Promise<WriteOutcome> create(BookieId bookie, byte[] data, Loop loop) {
        return writes.create(path(bookie), data, Mode.PERSISTENT, SettledWrites.Claim.sameBytes(data), loop);
    }

    private Versioned<Cookie> decoded(BookieId bookie, Node node) {
        try {
            return new Versioned<>(Cookie.decode(node.data()), node.version());
        } catch (MalformedMetadataException unreadable) {
            throw new MalformedMetadataException(
                    "the cookie of bookie %s at %s cannot be read: %s"
                            .formatted(bookie, path(bookie), unreadable.getMessage()),
                    unreadable);
        }
    }
}
