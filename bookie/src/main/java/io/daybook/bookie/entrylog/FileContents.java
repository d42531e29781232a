package io.daybook.bookie.entrylog;

import java.util.List;

/**
 * What one entry-log file holds.
 *
 * @param file number of the file
 * @param complete false when parts of the file could not be read, so that nobody knows what else it held
 * @param notes what the file says about ledgers, by ascending ledger id
 * @param runs where entries stand, by ascending ledger id, then entry id; no entry twice
 */
public record FileContents(long file, boolean complete, List<LedgerNote> notes, List<Run> runs) {

    public FileContents {
        notes = List.copyOf(notes);
        runs = List.copyOf(runs);
    }

    /** Of a file that is gone. */
    public static FileContents lost(long file) {
        return new FileContents(file, false, List.of(), List.of());
    }
}
