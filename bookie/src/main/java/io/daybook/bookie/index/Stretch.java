package io.daybook.bookie.index;

import io.daybook.bookie.entrylog.Run;
import java.util.List;

/**
 * Part of a file that one read fetches: consecutive blocks with entries of one ledger.
 *
 * @param runs one or more, each in the block after that of the one before
 * @param firstEntry of entries with smaller ids another file may hold a newer copy; they must not be taken from here
 * @param lastEntry the same for entries with larger ids
 */
public record Stretch(List<Run> runs, long firstEntry, long lastEntry) {

    public Stretch {
        runs = List.copyOf(runs);
    }

    /** Number of the file. */
    public long file() {
        return runs.get(0).file();
    }

    /** Offset of the first block. */
    public long offset() {
        return runs.get(0).blockOffset();
    }

    /** Bytes of all blocks. */
    public int length() {
        return Math.toIntExact(runs.get(runs.size() - 1).blockEnd() - offset());
    }
}
