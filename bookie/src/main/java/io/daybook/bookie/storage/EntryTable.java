package io.daybook.bookie.storage;

import java.util.Arrays;

/**
 * Where the entries of one ledger stand in a write cache: ids in order with a place each, in leaves of primitive arrays. Entries that come in order
 * are appended to the last leaf; others move at most one leaf. One loop changes it; frozen, any may read.
 *
 * <p>Where a thousand ledgers take turns none of this is in the processor's caches when it is needed: so an id and its place stand side by side, and the last
 * leaf is reached without others in between.
 */
class EntryTable {
    /** Bytes that an entry costs here. */
    static final int BYTES_PER_ENTRY = 16;

    private static final int LEAF_IDS = 512;
    private static final int LEAF_IDS_MIN = 4;
    private static final Leaf[] NO_LEAVES = {};

    private long[] cells = new long[LEAF_IDS_MIN * 2]; // of the last leaf: id, place
    private int count; // entries of the last leaf
    private int size;
    private int fullCount;
    private Leaf[] full = NO_LEAVES; // the leaves before

    /** Entries by ascending id, with one and more. */
    private record Leaf(long[] cells, int count) {
        long first() {
            return cells[0];
        }
    }

    final int size() {
        return size;
    }

    /** Highest id, −1 if empty. */
    final long last() {
        return count == 0 ? -1 : cells[count * 2 - 2];
    }

    /** Lowest id; not to be asked of an empty table. */
    final long first() {
        return fullCount == 0 ? cells[0] : full[0].first();
    }

    /** The place of an entry, or −1. */
    final long find(long id) {
        int leaf = leafFor(id);
        long[] in = cells(leaf);
        int at = search(in, count(leaf), id);
        return at >= 0 ? in[at * 2 + 1] : -1;
    }

    /** Sets the place (0 or more) of an entry. */
    final void put(long id, long place) {
        if (id > last()) {
            if (count == LEAF_IDS) {
                insertLeaf(fullCount, new Leaf(cells, count));
                cells = new long[LEAF_IDS_MIN * 2];
                count = 0;
            } else if (count * 2 == cells.length) {
                cells = Arrays.copyOf(cells, count * 4);
            }
            cells[count * 2] = id;
            cells[count * 2 + 1] = place;
            count++;
            size++;
        } else {
            putAmong(leafFor(id), id, place);
        }
    }

    private void putAmong(int leaf, long id, long place) {
        long[] in = cells(leaf);
        int number = count(leaf);
        int at = search(in, number, id);
        if (at >= 0) {
            in[at * 2 + 1] = place;
            return;
        }
        if (number == LEAF_IDS) {
            int half = number / 2;
            insertLeaf(leaf, new Leaf(Arrays.copyOf(in, half * 2), half));
            set(leaf + 1, Arrays.copyOfRange(in, half * 2, number * 2), number - half);
            putAmong(leafFor(id), id, place);
            return;
        }
        int index = -at - 1;
        long[] grown = in.length >= number * 2 + 2 ? in : Arrays.copyOf(in, Math.min(LEAF_IDS, number * 2) * 2);
        System.arraycopy(in, index * 2, grown, index * 2 + 2, (number - index) * 2);
        grown[index * 2] = id;
        grown[index * 2 + 1] = place;
        set(leaf, grown, number + 1);
        size++;
    }

    /** Forgets all entries. */
    final void clear() {
        cells = new long[LEAF_IDS_MIN * 2];
        count = 0;
        size = 0;
        full = NO_LEAVES;
        fullCount = 0;
    }

    /** A walk over the entries of a frozen table, ascending. */
    final class Walk {
        private int leaf;
        private int at = -1;

        boolean next() {
            at++;
            while (leaf <= fullCount && at >= count(leaf)) {
                leaf++;
                at = 0;
            }
            return leaf <= fullCount;
        }

        long id() {
            return cells(leaf)[at * 2];
        }

        long place() {
            return cells(leaf)[at * 2 + 1];
        }

        /** The place of an entry further on in the same leaf, −1 if it has none there. */
        long placeAhead(int entries) {
            int ahead = at + entries;
            return ahead < count(leaf) ? cells(leaf)[ahead * 2 + 1] : -1;
        }
    }

    private long[] cells(int leaf) {
        return leaf == fullCount ? cells : full[leaf].cells;
    }

    private int count(int leaf) {
        return leaf == fullCount ? count : full[leaf].count;
    }

    private void set(int leaf, long[] in, int number) {
        if (leaf == fullCount) {
            cells = in;
            count = number;
        } else {
            full[leaf] = new Leaf(in, number);
        }
    }

    private void insertLeaf(int at, Leaf leaf) {
        if (fullCount == full.length) {
            full = Arrays.copyOf(full, Math.max(4, fullCount * 2));
        }
        System.arraycopy(full, at, full, at + 1, fullCount - at);
        full[at] = leaf;
        fullCount++;
    }

    /** The last leaf whose first id is at most {@code id}, else the first leaf. */
    private int leafFor(long id) {
        if (count > 0 && cells[0] <= id) {
            return fullCount; // the common case: entries come, and are read, at the end
        }
        int low = 0;
        int high = fullCount == 0 ? 0 : fullCount - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (full[middle].first() <= id) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The index of an id among the first {@code number}, else −1 minus the index where it would be. */
    private static int search(long[] in, int number, long id) {
        int low = 0;
        int high = number - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long there = in[middle * 2];
            if (there < id) {
                low = middle + 1;
            } else if (there > id) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return -low - 1;
    }
}
