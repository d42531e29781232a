package io.daybook.ledger.metadata;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaException;
import io.daybook.base.seam.MetaException.Kind;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Op;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is fixed for the life of a cluster: where its nodes are, how ledgers are named, and its instance id.
 *
 * @param root path of the ledgers root
 * @param tree how ledger nodes are named
 * @param instanceId a random text that tells this cluster from one made later at the same place; null if an ancient cluster has none
 */
public record ClusterLayout(
        String root, LedgerTree tree, @Nullable String instanceId) {
    private static final byte[] EMPTY = {};
    private static final Pattern INSTANCE_ID = Pattern.compile("[\\x21-\\x7e]{1,64}");

    /**
     * Makes a new cluster at the root that {@code uri} names: the whole skeleton in one write, then LAYOUT.
     *
     * <p>Fails with {@link MetaException}: NODE_EXISTS, with nothing changed, when there is a cluster already.
     */
    public static Promise<ClusterLayout> init(MetaStore store, MetadataUri uri, Entropy entropy, Loop loop) {
        String root = uri.root();
        LedgerTree tree = uri.tree() == null ? LedgerTree.HIERARCHICAL : uri.tree();
        byte[] instance = randomId(entropy).getBytes(StandardCharsets.US_ASCII);
        return Steps.on(loop, () -> (Promise<ClusterLayout>) ensureParent(store, root, loop)
                .thenCompose(made -> skeleton(store, root, instance, loop))
                .thenCompose(made -> recordTree(store, root, tree, loop))
                .thenCompose(recorded -> open(store, uri, loop)));
    }

    /**
     * Reads the layout of an existing cluster. Where a stock cluster lacks LAYOUT it is written, and {@code available/readonly} is made if missing.
     *
     * <p>Fails with {@link MetaException}: NO_NODE when nothing was ever initialised there, REFUSED when {@code uri} names another layout than the
     * cluster has.
     */
    public static Promise<ClusterLayout> open(MetaStore store, MetadataUri uri, Loop loop) {
        String root = uri.root();
        return Steps.on(loop, () -> (Promise<ClusterLayout>) store.getLinearizable(root, loop)
                .thenCompose(node -> {
                    if (node == null) {
                        throw new MetaException(
                                Kind.NO_NODE,
                                "there is no cluster at %s; create one with 'daybook cluster init --metadata %s'"
                                        .formatted(uri, uri),
                                null);
                    }
                    return store.get(root + "/LAYOUT", loop);
                })
                .thenCompose(layout -> layout != null
                        ? Steps.done(loop, LayoutFormat.decode(layout.data()))
                        : recordTree(store, root, uri.tree() == null ? LedgerTree.HIERARCHICAL : uri.tree(), loop))
                .thenCompose(tree -> {
                    if (uri.tree() != null && uri.tree() != tree) {
                        throw new MetaException(
                                Kind.REFUSED,
                                "the cluster at %s keeps its ledgers in the %s layout; write zk+%s in the URI, or plain zk"
                                        .formatted(uri, tree.uriName(), tree.uriName()),
                                null);
                    }
                    return new SettledWrites(store)
                            .ensure(root + "/available/readonly", loop)
                            .thenCompose(made -> store.get(root + "/INSTANCEID", loop))
                            .thenApply(node ->
                                    new ClusterLayout(root, tree, node == null ? null : instanceId(root, node.data())));
                }));
    }

    /** Opens the cluster, or makes one if there is none. */
    public static Promise<ClusterLayout> openOrInit(MetaStore store, MetadataUri uri, Entropy entropy, Loop loop) {
        Promise<ClusterLayout> opened = open(store, uri, loop);
        return Steps.after(opened, (layout, failure) -> {
            if (Steps.kind(failure) != Kind.NO_NODE) {
                return opened;
            }
            Promise<ClusterLayout> made = init(store, uri, entropy, loop);
            return Steps.after(
                    made,
                    (fresh, refused) -> Steps.kind(refused) == Kind.NODE_EXISTS
                            ? open(store, uri, loop) // somebody else was first
                            : made);
        });
    }

    /** A random UUID, lower case with dashes. */
    public static String randomId(Entropy entropy) {
        long high = (entropy.nextLong() & 0xffff_ffff_ffff_0fffL) | 0x4000L; // version 4: random
        long low = (entropy.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    private static Promise<Void> ensureParent(MetaStore store, String root, Loop loop) {
        int end = root.lastIndexOf('/');
        return end == 0 ? Steps.nothing(loop) : new SettledWrites(store).ensure(root.substring(0, end), loop);
    }

    private static Promise<Void> skeleton(MetaStore store, String root, byte[] instance, Loop loop) {
        List<Op> nodes = List.of(
                new Op.Create(root, EMPTY, Mode.PERSISTENT),
                new Op.Create(root + "/available", EMPTY, Mode.PERSISTENT),
                new Op.Create(root + "/available/readonly", EMPTY, Mode.PERSISTENT),
                new Op.Create(root + "/INSTANCEID", instance, Mode.PERSISTENT));
        return new SettledWrites(store)
                .multi(nodes, root + "/INSTANCEID", node -> node != null && Arrays.equals(node.data(), instance), loop);
    }

    private static Promise<LedgerTree> recordTree(MetaStore store, String root, LedgerTree tree, Loop loop) {
        byte[] data = LayoutFormat.encode(tree);
        return (Promise<LedgerTree>) new SettledWrites(store)
                .create(root + "/LAYOUT", data, Mode.PERSISTENT, SettledWrites.Claim.sameBytes(data), loop)
                .thenApply(outcome -> outcome instanceof WriteOutcome.Conflict first
                        ? LayoutFormat.decode(first.current().data()) // the caller compares
                        : tree);
    }

    private static String instanceId(String root, byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        if (!INSTANCE_ID.matcher(text).matches()) {
            throw new MalformedMetadataException(
                    "%s/INSTANCEID holds no instance id but '%s'".formatted(root, text), null);
        }
        return text;
    }
}
