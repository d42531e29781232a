package io.daybook.bookie.index;

import io.daybook.bookie.entrylog.Run;
import org.jspecify.annotations.Nullable;

/**
 * Tells where entries stand in the entry-log files. Where an entry was written twice, the file with the larger number counts.
 *
 * <p><b>Threads.</b> Safe from any loop that may block. Throws {@link io.daybook.bookie.BookieException.Damaged} if rows cannot be read.
 */
public interface EntryIndex {

    /** The run that holds an entry, or null if no file has it. */
    @Nullable
    Run find(long ledgerId, long entryId);

    /**
     * The run that holds an entry, and the runs that follow it directly in the same file, up to about {@code bytesMax} of file and as long as they hold
     * entries up to {@code lastWanted}; null if no file has the entry.
     */
    @Nullable
    Stretch findStretch(long ledgerId, long entryId, long lastWanted, long bytesMax);

    /** The same, of whoever wants all that follows. */
    @Nullable
    default Stretch findStretch(long ledgerId, long entryId, long bytesMax) {
        return findStretch(ledgerId, entryId, Long.MAX_VALUE, bytesMax);
    }

    /** Ids of all entries of a ledger, ascending; empty if there is none. */
    long[] entries(long ledgerId);
}
