package io.daybook.bookie.entrylog;

/**
 * Entries of one ledger that stand one after the other in one block of an entry-log file.
 *
 * @param file number of the file
 * @param blockOffset where the block starts in the file, bytes
 * @param blockLength bytes of the block with header and padding
 * @param position where the first record starts, bytes from the start of the block
 * @param bytes of all records of the run, headers included: what is gained when the ledger is deleted
 */
public record Run(long ledgerId, EntryIds ids, long file, long blockOffset, int blockLength, int position, int bytes) {

    /** Where the block ends in the file. */
    public long blockEnd() {
        return blockOffset + blockLength;
    }
}
