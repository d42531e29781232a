package io.daybook.bookie.storage;

import java.util.Arrays;

/**
 * Where the entries of one ledger stand in a write cache: ids in order with a place each, in leaves of primitive arrays. Entries that come in order
 * are appended; others move at most one leaf. One loop changes it; frozen, any may read.
 */
final class EntryTable {
    /** Bytes that an entry costs here. */
    static final int BYTES_PER_ENTRY = 16;

    private static final int LEAF_IDS = 512;
    private static final int LEAF_IDS_MIN = 4;

    private Leaf[] leaves = new Leaf[1];
    private int leafCount;
    private int size;

    private static final class Leaf {
        private long[] ids = new long[LEAF_IDS_MIN];
        private long[] places = new long[LEAF_IDS_MIN];
        private int count;

        void insert(int at, long id, long place) {
            if (count == ids.length) {
                int capacity = Math.min(LEAF_IDS, count * 2);
                ids = Arrays.copyOf(ids, capacity);
                places = Arrays.copyOf(places, capacity);
            }
            System.arraycopy(ids, at, ids, at + 1, count - at);
            System.arraycopy(places, at, places, at + 1, count - at);
            ids[at] = id;
            places[at] = place;
            count++;
        }

        Leaf split() {
            Leaf upper = new Leaf();
            int half = count / 2;
            upper.ids = Arrays.copyOfRange(ids, half, half + LEAF_IDS);
            upper.places = Arrays.copyOfRange(places, half, half + LEAF_IDS);
            upper.count = count - half;
            count = half;
            return upper;
        }
    }

    int size() {
        return size;
    }

    /** Highest id, −1 if empty. */
    long last() {
        return leafCount == 0 ? -1 : leaves[leafCount - 1].ids[leaves[leafCount - 1].count - 1];
    }

    /** Lowest id; not to be asked of an empty table. */
    long first() {
        return leaves[0].ids[0];
    }

    /** The place of an entry, or −1. */
    long find(long id) {
        if (leafCount == 0) {
            return -1;
        }
        Leaf leaf = leaves[leafFor(id)];
        int at = search(leaf, id);
        return at >= 0 ? leaf.places[at] : -1;
    }

    /** Sets the place (0 or more) of an entry. */
    void put(long id, long place) {
        if (leafCount == 0) {
            insertLeaf(0, new Leaf());
        }
        int index = leafFor(id);
        Leaf leaf = leaves[index];
        int at = search(leaf, id);
        if (at >= 0) {
            leaf.places[at] = place;
            return;
        }
        at = -at - 1;
        if (leaf.count == LEAF_IDS) {
            Leaf upper = index == leafCount - 1 && at == leaf.count ? new Leaf() : leaf.split();
            insertLeaf(index + 1, upper);
            if (at > leaf.count || upper.count == 0) {
                at -= leaf.count;
                leaf = upper;
            }
        }
        leaf.insert(at, id, place);
        size++;
    }

    /** Hands out all entries, ascending. */
    void forEach(Receiver receiver) {
        for (int i = 0; i < leafCount; i++) {
            Leaf leaf = leaves[i];
            for (int j = 0; j < leaf.count; j++) {
                receiver.accept(leaf.ids[j], leaf.places[j]);
            }
        }
    }

    interface Receiver {
        void accept(long id, long place);
    }

    /** A walk over the entries of a frozen table, ascending. */
    final class Walk {
        private int leaf;
        private int at = -1;

        boolean next() {
            at++;
            while (leaf < leafCount && at >= leaves[leaf].count) {
                leaf++;
                at = 0;
            }
            return leaf < leafCount;
        }

        long id() {
            return leaves[leaf].ids[at];
        }

        long place() {
            return leaves[leaf].places[at];
        }
    }

    private void insertLeaf(int at, Leaf leaf) {
        if (leafCount == leaves.length) {
            leaves = Arrays.copyOf(leaves, leafCount * 2);
        }
        System.arraycopy(leaves, at, leaves, at + 1, leafCount - at);
        leaves[at] = leaf;
        leafCount++;
    }

    /** The last leaf whose first id is at most {@code id}, else the first leaf. */
    private int leafFor(long id) {
        int low = 0;
        int high = leafCount - 1;
        if (leaves[high].count > 0 && leaves[high].ids[0] <= id) {
            return high; // the common case: entries come, and are read, at the end
        }
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (leaves[middle].ids[0] <= id) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private static int search(Leaf leaf, long id) {
        if (leaf.count == 0 || id > leaf.ids[leaf.count - 1]) {
            return -leaf.count - 1;
        }
        return Arrays.binarySearch(leaf.ids, 0, leaf.count, id);
    }
}
