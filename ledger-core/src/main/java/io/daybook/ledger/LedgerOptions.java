package io.daybook.ledger;

import io.daybook.base.exec.Loop;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a new ledger is made.
 *
 * @param replication ensemble, write quorum, ack quorum
 * @param digestType how entries are protected
 * @param password needed again to recover; may be empty
 * @param custom key-value pairs kept in the ledger's metadata
 * @param explicitIds whether each append names its entry id, in any order: {@link LedgerWriter#append(long, io.netty.buffer.ByteBuf)} (R40)
 * @param deferredSync whether an append completes before its entry is on disk, and {@link LedgerWriter#force()} confirms it (R106); a handle's
 *     matter, not kept in metadata
 * @param loop the client's loop that shall own the writer, or null to choose by the id; lets a stream and its ledgers share a loop
 */
public record LedgerOptions(
        Replication replication,
        DigestType digestType,
        Password password,
        Map<String, byte[]> custom,
        boolean explicitIds,
        boolean deferredSync,
        @Nullable Loop loop) {

    /** 3/3/2, CRC32C, empty password. */
    public static final LedgerOptions DEFAULT =
            new LedgerOptions(Replication.DEFAULT, DigestType.CRC32C, Password.EMPTY, Map.of(), false, false, null);

    public LedgerOptions {
        custom = Map.copyOf(custom);
    }

    public LedgerOptions withReplication(Replication next) {
        return new LedgerOptions(next, digestType, password, custom, explicitIds, deferredSync, loop);
    }

    public LedgerOptions withDigestType(DigestType next) {
        return new LedgerOptions(replication, next, password, custom, explicitIds, deferredSync, loop);
    }

    public LedgerOptions withPassword(Password next) {
        return new LedgerOptions(replication, digestType, next, custom, explicitIds, deferredSync, loop);
    }

    public LedgerOptions withCustom(Map<String, byte[]> next) {
        return new LedgerOptions(replication, digestType, password, next, explicitIds, deferredSync, loop);
    }

    public LedgerOptions withExplicitIds(boolean next) {
        return new LedgerOptions(replication, digestType, password, custom, next, deferredSync, loop);
    }

    public LedgerOptions withDeferredSync(boolean next) {
        return new LedgerOptions(replication, digestType, password, custom, explicitIds, next, loop);
    }

    public LedgerOptions withLoop(@Nullable Loop next) {
        return new LedgerOptions(replication, digestType, password, custom, explicitIds, deferredSync, next);
    }
}
