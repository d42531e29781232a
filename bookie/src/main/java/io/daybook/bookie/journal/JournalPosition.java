package io.daybook.bookie.journal;

/**
 * A place in the journal, ordered.
 *
 * @param file number of the file, from 1
 * @param offset bytes into the file
 */
public record JournalPosition(long file, long offset) implements Comparable<JournalPosition> {

    @Override
    public int compareTo(JournalPosition other) {
        int byFile = Long.compare(file, other.file);
        return byFile != 0 ? byFile : Long.compare(offset, other.offset);
    }

    @Override
    public String toString() {
        return "file " + file + " offset " + offset;
    }
}
