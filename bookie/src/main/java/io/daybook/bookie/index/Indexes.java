package io.daybook.bookie.index;

import io.daybook.base.config.DataSize;
import java.nio.file.Path;

/** Makes the two kinds of index. */
public final class Indexes {
    private Indexes() {}

    /** In RocksDB, in a folder of its own; blocks. {@code memory} bounds what it caches and buffers. An unusable folder is emptied. */
    public static StoreIndex rocks(Path folder, DataSize memory) {
        return new RowIndex(RocksRows.open(folder, memory));
    }

    /** On the heap, for the simulator and tests. */
    public static StoreIndex heap() {
        return new RowIndex(new HeapRows());
    }
}
