package io.daybook.bookie.ledger;

import io.daybook.bookie.StoredRecords;
import io.daybook.ledger.protocol.Status;

/** Told what a look for records found; on the ledger's loop, exactly one of the two, once. */
public interface RecordsAnswer {

    /** One or more entries, the receiver's to release. */
    void found(StoredRecords records);

    void failed(Status status);
}
