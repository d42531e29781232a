package io.daybook.bookie.index;

import io.daybook.bookie.entrylog.FileContents;

/**
 * Both indexes, filled file by file. After a crash the files published last may be unknown again, never others: what is known is always that
 * of the first files.
 *
 * <p><b>Threads.</b> One loop publishes and clears; others may look up meanwhile.
 */
public interface StoreIndex extends EntryIndex, LedgerIndex, AutoCloseable {

    /** Numbers of the files that were published, ascending. */
    long[] files();

    /** Highest number of a published file whose contents are not completely known; 0 if there is none. */
    long lastIncomplete();

    /** Takes over the contents of a file whose number is larger than that of any before, in one step. */
    void publish(FileContents contents);

    /** Forgets everything. */
    void clear();

    @Override
    void close();
}
