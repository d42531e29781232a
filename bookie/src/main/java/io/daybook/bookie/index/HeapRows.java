package io.daybook.bookie.index;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Rows in memory: for the simulator, and as the plain truth in tests. Lost with the process, which start-up must survive anyway. */
final class HeapRows implements Rows {
    private final ConcurrentSkipListMap<byte[], byte[]> rows = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

    @Override
    public byte @Nullable [] get(byte[] key) {
        return rows.get(key);
    }

    @Override
    public Cursor cursor() {
        return new HeapCursor();
    }

    @Override
    public void write(List<Change> changes) {
        for (Change change : changes) {
            if (change.value() == null) {
                rows.remove(change.key());
            } else {
                rows.put(change.key(), change.value());
            }
        }
    }

    @Override
    public void clear() {
        rows.clear();
    }

    @Override
    public void close() {
        // The rows go with the last reference.
    }

    private final class HeapCursor implements Cursor {
        private Map.@Nullable Entry<byte[], byte[]> at;

        @Override
        public void seek(byte[] key) {
            at = rows.ceilingEntry(key);
        }

        @Override
        public void seekBack(byte[] key) {
            at = rows.floorEntry(key);
        }

        @Override
        public void next() {
            at = rows.higherEntry(key());
        }

        @Override
        public void previous() {
            at = rows.lowerEntry(key());
        }

        @Override
        public boolean valid() {
            return at != null;
        }

        @Override
        public byte[] key() {
            return row().getKey();
        }

        @Override
        public byte[] value() {
            return row().getValue();
        }

        private Map.Entry<byte[], byte[]> row() {
            if (at == null) {
                throw new IllegalStateException("the cursor stands on no row");
            }
            return at;
        }

        @Override
        public void close() {
            at = null;
        }
    }
}
