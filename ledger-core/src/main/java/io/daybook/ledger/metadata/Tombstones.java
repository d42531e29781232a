package io.daybook.ledger.metadata;

import io.daybook.base.exec.Loop;
import io.daybook.base.exec.Promise;
import io.daybook.base.seam.Entropy;
import io.daybook.base.seam.MetaStore;
import io.daybook.base.seam.MetaStore.Mode;
import io.daybook.base.seam.MetaStore.Op;
import io.daybook.ledger.LedgerId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What deleted ledgers leave behind: one small node each, so that nobody makes them anew (R65). A record and its tombstone change places in one write.
 * Format: docs/formats/metadata.md.
 */
public final class Tombstones {
    /** Tombstones are kept below so many parents. */
    public static final int SLICES = 256;

    private static final Pattern ID = Pattern.compile("[0-9]{1,18}");

    private final MetaStore store;
    private final SettledWrites writes;
    private final ClusterLayout layout;
    private final Entropy entropy;

    public Tombstones(MetaStore store, ClusterLayout layout, Entropy entropy) {
        this.store = store;
        this.writes = new SettledWrites(store);
        this.layout = layout;
        this.entropy = entropy;
    }

    /** Whether the ledger was deleted, as of some moment after the call. */
    Promise<Boolean> stands(LedgerId id, Loop loop) {
        return (Promise<Boolean>) store.getLinearizable(path(id), loop).thenApply(node -> node != null);
    }

    /** Puts the tombstone in the place of the record at {@code record}; all or nothing. Fails with the kind of what cannot be done. */
    Promise<Void> replace(String record, int expectedVersion, LedgerId id, Loop loop) {
        String path = path(id);
        byte[] data =
                ("1\n" + Long.toUnsignedString(entropy.nextLong(), 16) + "\n").getBytes(StandardCharsets.US_ASCII);
        List<Op> operations =
                List.of(new Op.Delete(record, expectedVersion), new Op.Create(path, data, Mode.PERSISTENT));
        return (Promise<Void>) writes.ensure(path.substring(0, path.lastIndexOf('/')), loop)
                .thenCompose(made ->
                        writes.multi(operations, path, node -> node != null && Arrays.equals(node.data(), data), loop));
    }

    /** A number that changes whenever tombstones of {@code slice} (0 to {@link #SLICES} − 1) come or go; −1 if there are none; may be stale. */
    public Promise<Integer> version(int slice, Loop loop) {
        return (Promise<Integer>)
                store.get(parent(slice), loop).thenApply(node -> node == null ? -1 : node.childrenVersion());
    }

    /** The ids of {@code slice}; complete or failed. */
    public Promise<long[]> ids(int slice, Loop loop) {
        return (Promise<long[]>) store.children(parent(slice), loop)
                .thenApply(names -> names == null
                        ? new long[0]
                        : names.stream()
                                .filter(ID.asMatchPredicate())
                                .mapToLong(Long::parseLong)
                                .toArray());
    }

    /** Spread by the id's last digits. */
    private String path(LedgerId id) {
        return parent((int) (id.value() & (SLICES - 1))) + "/" + id.value();
    }

    private String parent(int slice) {
        return "%s/daybook/tombstones/%02x".formatted(layout.root(), slice);
    }
}
