package io.daybook.bookie.ledger;

/** Whether the bookie takes writes at all. Read on every ledger's loop, set by whoever watches the disks or the operator. */
public final class WriteGate {
    private volatile boolean readOnly;

    /** While true, only recovery adds of high priority pass (R14). */
    public void readOnly(boolean on) {
        readOnly = on;
    }

    public boolean readOnly() {
        return readOnly;
    }

    boolean refuses(boolean recovery, boolean highPriority) {
        return readOnly && !(recovery && highPriority);
    }
}
