package io.daybook.bookie.journal;

import java.util.List;

/**
 * What replay found. In both cases every record that could be read has been handed over; the journal is opened with this.
 */
public sealed interface Replayed {

    /** Where the last valid group ends; later groups say that they follow it. */
    JournalPosition tail();

    /** Records handed over. */
    long records();

    /** What checksums of this journal are salted with; 0 where there is no journal yet. */
    int salt();

    /** Files that are kept for salvage rather than recycled. */
    List<Long> damagedFiles();

    /** Everything that was acknowledged is there; a torn last group, if any, never was. */
    record Clean(JournalPosition tail, long records, int salt) implements Replayed {
        @Override
        public List<Long> damagedFiles() {
            return List.of();
        }
    }

    /**
     * Records that may have been acknowledged are gone: the bookie enters limbo (R36, R79).
     *
     * @param where start of the first loss
     * @param why a sentence for the operator
     */
    record Corrupt(
            JournalPosition tail, long records, int salt, List<Long> damagedFiles, JournalPosition where, String why)
            implements Replayed {
        public Corrupt {
            damagedFiles = List.copyOf(damagedFiles);
        }
    }
}
