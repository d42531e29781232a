package io.daybook.relay;

import io.daybook.ledger.protocol.Operation;
import io.daybook.ledger.protocol.Status;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one frame on its way. An answer is told what its request was, where the wire format does not repeat it.
 *
 * @param direction which way it goes
 * @param v3 whether it is of the protobuf format
 * @param operation null if the frame cannot be read
 * @param ledger its ledger, 0 if none
 * @param entry its entry, the first of a batch or group, {@link #NO_ENTRY} if none
 * @param adds how many entries a group of adds has, 1 for all else
 * @param fencing whether the request fences
 * @param recovery whether the request is a recovery add
 * @param status of an answer; null for requests
 * @param bytes of the frame, its length included
 */
public record Passing(
        Direction direction,
        boolean v3,
        @Nullable Operation operation,
        long ledger,
        long entry,
        int adds,
        boolean fencing,
        boolean recovery,
        @Nullable Status status,
        int bytes) {
    public static final long NO_ENTRY = Long.MIN_VALUE;
}
