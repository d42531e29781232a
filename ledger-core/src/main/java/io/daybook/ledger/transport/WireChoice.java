package io.daybook.ledger.transport;

import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Request;

/** Which wire format a client speaks for what. */
public enum WireChoice {
    /** Adds, reads and batch reads over v2, which is cheaper; the rest over v3 on a connection of its own. */
    V2_HOT,
    /** Everything over v3 but batch reads, which exist in v2 only. */
    V3;

    /** Whether {@code request} goes over v3. */
    boolean v3(Request request) {
        if (request.operation() == Operation.BATCH_READ) {
            return false;
        }
        if (this == V3) {
            return true;
        }
        if (request instanceof Request.Add add) {
            return add.deferredSync();
        }
        return !(request instanceof Request.Read read) || read.longPoll();
    }
}
