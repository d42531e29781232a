package io.daybook.bookie.index;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows sorted by unsigned bytes of their keys. Safe from any loop that may block; one loop writes. Failures are BookieException.Damaged. */
interface Rows extends AutoCloseable {

    byte @Nullable [] get(byte[] key);

    /** A walk over the rows; to be closed by the same loop. */
    Cursor cursor();

    /** Makes all changes in one step; a change may name a key twice, then the later counts. */
    void write(List<Change> changes);

    /** Removes all rows. */
    void clear();

    @Override
    void close();

    /** One row to be put, or with a null value removed. */
    record Change(byte[] key, byte @Nullable [] value) {}

    /** Stands on a row or nowhere. */
    interface Cursor extends AutoCloseable {

        /** Goes to the first row at or after {@code key}. */
        void seek(byte[] key);

        /** Goes to the last row at or before {@code key}. */
        void seekBack(byte[] key);

        void next();

        void previous();

        boolean valid();

        byte[] key();

        byte[] value();

        @Override
        void close();
    }
}
