package io.daybook.stream.writer;

/** Places where a process may stop with something half done; a simulation stops it exactly there. What each leaves behind: docs/formats/stream-metadata.md. */
public final class CrashPoint {
    /** A ledger was created, the record not written. */
    public static final String OPEN_1 = "CP-OPEN-1";
    /** The record lists the segment, nothing was sent to it. */
    public static final String OPEN_2 = "CP-OPEN-2";
    /** A ledger was created to be next, not listed. */
    public static final String NEXT_1 = "CP-NEXT-1";
    /** The next segment is listed, never used. */
    public static final String NEXT_2 = "CP-NEXT-2";
    /** The end of the segment was sent, not acknowledged. */
    public static final String ROLL_1 = "CP-ROLL-1";
    /** The end was acknowledged, records went to the next segment, the record was not written. */
    public static final String ROLL_2 = "CP-ROLL-2";
    /** The record shows the roll, no further segment was prepared. */
    public static final String ROLL_3 = "CP-ROLL-3";
    /** The end was acknowledged, the ledger not closed. */
    public static final String CLOSE_1 = "CP-CLOSE-1";
    /** The ledger was closed, the record not written. */
    public static final String CLOSE_2 = "CP-CLOSE-2";
    /** The epoch was claimed, nothing recovered. */
    public static final String ACQ_1 = "CP-ACQ-1";
    /** Ledgers were recovered, the record not written. */
    public static final String ACQ_2 = "CP-ACQ-2";

    private CrashPoint() {}
}
