package io.daybook.ledger.metadata;

import io.daybook.base.seam.MetaStore;

/** What became of a conditional write of one node. */
public sealed interface WriteOutcome {

    /** It happened; the node now has {@code version} (for a deletion: had). */
    record Applied(int version) implements WriteOutcome {}

    /** It did not happen, or was overtaken at once: this is there instead. Judge again from {@code current} (R6). */
    record Conflict(MetaStore.Node current) implements WriteOutcome {}

    /** There is no such node (any more). */
    record Gone() implements WriteOutcome {}

    WriteOutcome GONE = new Gone();
}
