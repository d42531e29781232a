package io.daybook.stream.writer;

/** Places where a process may stop with something half done; a simulation stops it exactly there. What each leaves behind: docs/formats/stream-metadata.md. */
public enum CrashPoint {
    /** A ledger was created, the record not written. */
    OPEN_1,
    /** The record lists the segment, nothing was sent to it. */
    OPEN_2,
    /** A ledger was created to be next, not listed. */
    NEXT_1,
    /** The next segment is listed, never used. */
    NEXT_2,
    /** The end of the segment was sent, not acknowledged. */
    ROLL_1,
    /** The end was acknowledged, records went to the next segment, the record was not written. */
    ROLL_2,
    /** The record shows the roll, no further segment was prepared. */
    ROLL_3,
    /** The end was acknowledged, the ledger not closed. */
    CLOSE_1,
    /** The ledger was closed, the record not written. */
    CLOSE_2,
    /** The epoch was claimed, nothing recovered. */
    ACQ_1,
    /** Ledgers were recovered, the record not written. */
    ACQ_2;

    /** As docs/formats/stream-metadata.md calls it, such as {@code CP-OPEN-1}. */
    @Override
    public String toString() {
        return "CP-" + name().replace('_', '-');
    }
}
