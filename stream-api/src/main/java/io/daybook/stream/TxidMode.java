package io.daybook.stream;

/** Who gives records their ordering number; fixed at creation. */
public enum TxidMode {
    /** The stream: it equals the timestamp and is not stored. */
    TIMESTAMP,
    /** The caller, on every record, never smaller than that of the record before. */
    APPLICATION
}
